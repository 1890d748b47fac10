"""Accounts as shoppers know them."""

from dataclasses import dataclass
from typing import Any

import orjson

from app.core.web import Unauthenticated
from app.core.web.security import Authenticator, Principal
from app.login.peers import Peer
from app.login.schemas import Credentials, PasswordChange
from app.login.service import NewSession, Sessions
from app.orders.carts.service import Carts
from app.orders.purchases.schemas import PurchaseQuery
from app.orders.purchases.service import Purchases
from app.pages.shop.account.schemas import Details, Registration
from app.users.customers.service import Customers

Thing = dict[str, Any]

_PURCHASES = 20


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, and their last purchases."""

    customer: Thing
    purchases: list[Thing]


@dataclass(frozen=True, slots=True)
class People:
    """What knows customers and their sessions."""

    sessions: Sessions
    customers: Customers
    carts: Carts
    purchases: Purchases
    tokens: Authenticator


class AccountDesk:
    """What people do with their accounts."""

    def __init__(self, services: People) -> None:
        self._do = services

    async def sign_in(self, form: Credentials, peer: Peer, guest_token: str | None) -> NewSession:
        """Open a session; what lay in the guest's basket of that token comes into the customer's.

        Raises what Sessions.sign_in() does.
        """
        made = await self._do.sessions.sign_in(form.email, form.password, peer)
        if guest_token is not None and made.user.role == "customer":
            await self._claim(made.token, guest_token)
        return made

    async def _claim(self, token: str, guest_token: str) -> None:
        who = await self._do.tokens.authenticate(token)
        guest = await self._do.tokens.authenticate(guest_token)
        if who and guest and guest.cart_id and guest.purchase_id is None:
            await self._do.carts.claim(who, guest.cart_id, guest_token)

    async def register(self, form: Registration, peer: Peer, guest_token: str | None) -> NewSession:
        """Register a customer, and sign them in. Raises what Customers.register() does."""
        await self._do.customers.register(form, peer.address)
        credentials = Credentials(email=form.email, password=form.password)
        return await self.sign_in(credentials, peer, guest_token)

    async def sign_out(self, who: Principal) -> None:
        """End the session."""
        await self._do.sessions.sign_out(who)

    async def read(self, who: Principal) -> Account:
        """Return what the shop knows of a customer."""
        text, _ = await self._do.customers.read(_customer(who), who)
        rows = await self._do.purchases.page(who, PurchaseQuery(limit=_PURCHASES), None)
        return Account(orjson.loads(text), [orjson.loads(row[0]) for row in rows[:_PURCHASES]])

    async def change(self, who: Principal, details: Details) -> None:
        """Change what the shop knows of a customer. Raises what Customers.change() does."""
        values = details.model_dump(exclude={"version"})
        await self._do.customers.change(_customer(who), values, details.version, who)

    async def change_password(self, who: Principal, secret: PasswordChange) -> None:
        """Change one's password. Raises what Sessions.change_password() does."""
        await self._do.sessions.change_password(who, secret.current_password, secret.new_password)


def _customer(who: Principal) -> int:
    if who.customer_id is None:
        raise Unauthenticated("This is for customers.")
    return who.customer_id
