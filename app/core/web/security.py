"""Who is asking, and what each view lets them do.

Every view carries `@public` or `@allow(…)`, directly below its route decorator, so that who may
not ask is told so before anything that they sent is read.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, cast, get_args

from flask import Flask, current_app, g, request

# Every module with views imports this one: before it has any, the adapter must be in its place.
from app.core.web.adapter import MAX_ERRORS, pointer
from app.core.web.bodies import GUEST_BODY, STAFF_BODY
from app.core.web.errors import FieldError, Forbidden, Invalid, Unauthenticated
from app.core.wiring import wired

Role = Literal["customer", "clerk", "admin", "cart"]
STAFF: tuple[Role, Role] = ("clerk", "admin")
ANYBODY = "anybody"
"""What `allowed_roles` of a public view holds, alone."""

P = ParamSpec("P")
R = TypeVar("R")

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE | re.ASCII)


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


def bearer_token() -> str | None:
    """Return the request's bearer token, None without an `Authorization` header.

    Raises Unauthenticated for a header that holds anything else.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    match = _BEARER.fullmatch(header.strip())
    if match is None:
        raise Unauthenticated("The Authorization header must be: Bearer, a blank, the token.")
    return match[1]


def _known(found: Principal | None) -> Principal:
    if found is None:
        raise Unauthenticated(
            "The token is wrong or has expired.",
            code="invalid_token",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    g.principal = found
    return found


def _authenticator() -> Authenticator:
    return wired(Authenticator)  # type: ignore[type-abstract]  # a protocol stands for its provider


def principal() -> Principal:
    """Return who is asking. For views behind `@allow`; raises RuntimeError elsewhere."""
    found = g.get("principal")
    if found is None:
        raise RuntimeError("principal() needs a view behind @allow.")
    return cast("Principal", found)


async def maybe_principal() -> Principal | None:
    """Return who is asking of a public view, None if they do not say.

    Raises Unauthenticated for a token that opens nothing: who sends one means to be known.
    """
    found = g.get("principal")
    if found is not None:
        return cast("Principal", found)
    token = bearer_token()
    if token is None:
        return None
    return _known(await _authenticator().authenticate(token))


def allow(
    *roles: Role, longest_body: int | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only bearers of a token with one of `roles` through; none implies another.

    A body may have `longest_body` bytes: STAFF_BODY if none but the staff is let through, GUEST_BODY else.
    Others get 401 without or with a wrong token, 403 with a good one. Put it directly below the
    route decorator. Raises ValueError, when the module loads, for a role that does not exist.
    """
    if not roles or not set(roles) <= set(get_args(Role)):
        raise ValueError(f"allow() takes roles of {get_args(Role)}, not {roles}.")

    def check() -> None:
        token = bearer_token()
        if token is None:
            raise Unauthenticated("This needs a token: Authorization: Bearer …")
        # One more crossing of the bridge, before the view's own: the input must be read between.
        authenticate = current_app.async_to_sync(_authenticator().authenticate)
        if _known(authenticate(token)).role not in roles:
            raise Forbidden(f"This is for {' or '.join(roles)} only.")

    # A cart's token is another scheme in the API's description: it is not had by logging in.
    kinds = ["cart" if role == "cart" else "session" for role in roles]
    schemes: list[dict[str, list[str]]] = [{kind: []} for kind in sorted(set(kinds))]
    longest = longest_body or (STAFF_BODY if set(roles) <= set(STAFF) else GUEST_BODY)
    return lambda view: _guarded(view, frozenset(roles), schemes, check, longest)


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let anybody through, with bodies of GUEST_BODY bytes. Put it directly below the route decorator."""
    return _guarded(view, frozenset({ANYBODY}), [], lambda: None, GUEST_BODY)


def _guarded(
    view: Callable[P, R],
    roles: frozenset[str],
    security: list[dict[str, list[str]]],
    check: Callable[[], None],
    longest: int,
) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        check()
        if request.query_string and not takes_query:
            _refuse_query()
        return cast("R", current_app.ensure_sync(view)(*args, **kwargs))

    # wraps() lets wrapped views share APIFlask's notes, and so each other's attributes.
    marked = cast("Any", guarded)
    notes = marked.__dict__.setdefault("_spec", {})
    notes["security"] = security
    takes_query = any(location == "query" for _, location in notes.get("args") or ())
    marked.allowed_roles = roles
    marked.longest_body = longest
    marked.guard = guarded
    return guarded


def _refuse_query() -> None:
    """Raise Invalid, naming the first query parameters; a bare `?` or `&` is none."""
    errors = [FieldError(pointer([name], "/query"), "is not known here") for name in request.args]
    if errors:
        raise Invalid("This takes no query parameters.", errors=errors[:MAX_ERRORS])


def require_guards(app: Flask) -> None:
    """Raise RuntimeError for a view that has no guard, or has one that is not outermost."""
    for endpoint, view in app.view_functions.items():
        if endpoint == "static" or endpoint.endswith(".static"):
            continue
        if getattr(view, "guard", None) is not view:
            raise RuntimeError(
                f"The view {endpoint} needs @public or @allow(…) directly below its route."
            )


SESSION_TOKEN, CART_TOKEN = "ogs_s_", "ogs_c_"
"""What tokens begin with, so that the kind of one, and a leaked one, is known at sight."""


def new_token(prefix: str) -> str:
    """Return a new token of 256 random bits behind `prefix`: SESSION_TOKEN or CART_TOKEN."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return the 32 bytes that are kept of a token.

    Without salt or stretching: nobody guesses 256 random bits.
    """
    return hashlib.sha256(token.encode()).digest()
