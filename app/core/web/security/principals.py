"""Who a token stands for, and what tokens are."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal, Protocol

from app.core.web.security.permissions import GRANTS, STAFF, Permission, Role

SESSION_TOKEN, CART_TOKEN = "ogs_s_", "ogs_c_"
"""What tokens begin with, so that the kind of one, and a leaked one, is known at sight."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a token stands for: a login's session, or a guest with one cart and the purchase made from it."""

    kind: Literal["session", "cart"]
    role: Role
    login_id: int | None = None
    customer_id: int | None = None
    session_id: int | None = None
    cart_id: str | None = None
    purchase_id: str | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do."""
        return GRANTS[self.role]

    @property
    def is_staff(self) -> bool:
        """Whether this is somebody who works in the shop."""
        return self.role in STAFF

    @property
    def is_guest(self) -> bool:
        """Whether this is somebody of whom nothing is known but a cart."""
        return self.kind == "cart"

    @property
    def key(self) -> str:
        """A stable name, the same in all of a login's sessions: `login:12` or `cart:<uuid>`.

        `purchase:<uuid>` for a guest whose cart has gone.
        """
        if self.kind == "session":
            return f"login:{self.login_id}"
        return f"cart:{self.cart_id}" if self.cart_id else f"purchase:{self.purchase_id}"


class Authenticator(Protocol):
    """Finds who a token stands for; create_app provides one with `as_=Authenticator`."""

    async def authenticate(self, token: str) -> Principal | None:
        """Return the token's principal, or None if it opens nothing (any more)."""


def new_token(prefix: str) -> str:
    """Return a new token of 256 random bits behind `prefix`: SESSION_TOKEN or CART_TOKEN."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return the 32 bytes that are kept of a token.

    Without salt or stretching: nobody guesses 256 random bits.
    """
    return hashlib.sha256(token.encode()).digest()
