"""Who a bearer token stands for."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy import func, or_, select

from benchmarks.peers.fastapi_shop.inputs import Token
from benchmarks.peers.fastapi_shop.keys import CART_TOKEN, SESSION_TOKEN, hash_token
from benchmarks.peers.fastapi_shop.problems import wrong_token
from benchmarks.peers.fastapi_sqlalchemy.database import Session
from benchmarks.peers.fastapi_sqlalchemy.people import Customer, Login, LoginSession
from benchmarks.peers.fastapi_sqlalchemy.sales import Cart
from benchmarks.peers.observed import observation


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose carts may be touched: the one that a token opens, or a customer's."""

    cart: UUID | None = None
    customer: int | None = None


async def _authenticated(token: Token, session: Session) -> Owner:
    if token.startswith(CART_TOKEN):
        cart = await session.scalar(
            select(Cart.id).where(
                Cart.token_hash == hash_token(token),
                or_(Cart.status == "checked_out", Cart.expires_at > func.now()),
            )
        )
        if cart is not None:
            observation().principal = f"cart:{cart}"
            return Owner(cart=cart)
    elif token.startswith(SESSION_TOKEN):
        customer = await session.scalar(
            select(Customer)
            .join(Customer.login)
            .join(LoginSession, LoginSession.login_id == Login.id)
            .where(
                LoginSession.token_hash == hash_token(token),
                LoginSession.expires_at > func.now(),
                Login.active,
            )
        )
        if customer is not None:
            observation().principal = f"login:{customer.login_id}"
            return Owner(customer=customer.id)
    raise wrong_token()


Caller = Annotated[Owner, Depends(_authenticated)]
