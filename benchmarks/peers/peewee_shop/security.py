"""Who is asking: bearers of a cart's token, or of a session's."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peewee import JOIN, fn

from benchmarks.peers.observed import observation
from benchmarks.peers.peewee_shop.models import Cart, Customer, Login, Session
from benchmarks.peers.peewee_shop.problems import Problem, unauthenticated

SESSION_TOKEN, CART_TOKEN = "ogs_s_", "ogs_c_"

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A guest with a cart, or a customer."""

    cart_id: UUID | None = None
    customer_id: int | None = None


def hash_token(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


async def authenticate(authorization: str | None) -> Buyer:
    """Return who may use carts with this header. Raises Problem, 401 or 403."""
    if authorization is None:
        raise unauthenticated("This needs a token: Authorization: Bearer …")
    match = _BEARER.fullmatch(authorization.strip())
    if match is None:
        raise unauthenticated("The Authorization header must be: Bearer, a blank, the token.")
    token = match[1]
    found = None
    if token.startswith(CART_TOKEN):
        found = await _cart(token)
    elif token.startswith(SESSION_TOKEN):
        found = await _customer(token)
    if found is None:
        raise unauthenticated("The token is wrong or has expired.", "invalid_token")
    return found


async def _cart(token: str) -> Buyer | None:
    cart = await (
        Cart.select(Cart.id)
        .where(
            Cart.token_hash == hash_token(token),
            (Cart.status == "checked_out") | (Cart.expires_at > fn.now()),
        )
        .aio_first()
    )
    if cart is None:
        return None
    observation().principal = f"cart:{cart.id}"
    return Buyer(cart_id=cart.id)


async def _customer(token: str) -> Buyer | None:
    session = await (
        Session.select(Session.id, Login.id, Login.role, Customer.id)
        .join_from(Session, Login)
        .join_from(Login, Customer, JOIN.LEFT_OUTER, on=(Customer.login == Login.id), attr="owner")
        .where(Session.token_hash == hash_token(token), Session.expires_at > fn.now(), Login.active)
        .aio_first()
    )
    if session is None:
        return None
    observation().principal = f"login:{session.login.id}"
    if session.login.role != "customer":
        raise Problem(403, "This is for customer or cart only.")
    return Buyer(customer_id=session.login.owner.id)


def owned(cart: UUID, who: Buyer) -> list[Any]:
    """Return the conditions for the cart being there, and theirs."""
    mine = Cart.customer == who.customer_id if who.customer_id else Cart.id == who.cart_id
    return [Cart.id == cart, mine, (Cart.status != "open") | (Cart.expires_at > fn.now())]
