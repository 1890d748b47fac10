"""Carts in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.core.database import Manager, Statement
from app.core.settings import ShopSettings
from app.core.web import NotFound
from app.core.web.paging import Scalar
from app.core.web.security import Principal
from app.orders.carts.adding import Added
from app.orders.carts.schemas import ItemQuantity
from app.orders.carts.statements import (
    ADD,
    CLAIM,
    DELETE_CHECKED_OUT,
    DELETE_EXPIRED,
    OPEN,
    OPEN_FOR_GUEST,
    PAGE,
    PUT,
    READ,
    REMOVE,
    REMOVE_LINE,
    STATE,
    WELCOME,
)


class CartRepository:
    """Carts in the database of `manager`. A cart that `who` does not own raises NotFound."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def open(self, customer_id: int, days: int, currency: str) -> tuple[bool, str, str]:
        """Return whether a customer's open cart was made for this, its id and JSON. Raises NotFound for nobody's."""
        found = await self._manager.fetch_one(
            OPEN, customer=customer_id, days=days, currency=currency
        )
        if found is None:
            raise missing()
        return found[0], found[1], found[2]

    async def open_for_guest(self, token_hash: bytes, days: int, currency: str) -> tuple[str, str]:
        """Insert an empty cart that this token opens, and return its id and JSON."""
        found = await self._manager.fetch_one(
            OPEN_FOR_GUEST, token_hash=token_hash, days=days, currency=currency
        )
        assert found is not None  # noqa: S101 - INSERT … RETURNING has a row
        return found[0], found[1]

    async def claim(
        self, cart: str, token_hash: bytes, who: Principal, shop: ShopSettings
    ) -> tuple[str, str, str]:
        """Move what is in a guest's cart into the customer's; return claim_cart's word, the cart's JSON, and that of the changes."""
        found = await self._manager.fetch_one(
            CLAIM,
            cart=cart,
            token_hash=token_hash,
            customer=who.customer_id,
            **_bounds(shop),
        )
        if found is None:
            raise missing()
        return found[0], found[1], found[2]

    async def page(
        self, who: Principal, behind: Sequence[Scalar] | None, limit: int, currency: str
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, created_at, id) of a customer's carts, the newest first."""
        behind_at, behind_id = behind or (None, None)
        return await self._manager.fetch(
            PAGE,
            customer=who.customer_id,
            behind_at=behind_at,
            behind_id=behind_id,
            limit=limit,
            currency=currency,
        )

    async def read(self, cart: str, who: Principal, currency: str) -> str:
        """Return the cart's JSON, at today's prices."""
        found: str | None = await self._manager.fetch_value(
            READ, currency=currency, **own(cart, who)
        )
        if found is None:
            raise missing()
        return found

    async def state(self, cart: str, who: Principal) -> tuple[str, str | None]:
        """Return the cart's status, and the id of the purchase made from it."""
        found = await self._manager.fetch_one(STATE, **own(cart, who))
        if found is None:
            raise missing()
        return found[0], found[1]

    async def put(
        self, cart: str, who: Principal, product: str, item: ItemQuantity, shop: ShopSettings
    ) -> tuple[str, str]:
        """Set how much of a product is in an open cart, and keep it; return the cart's JSON.

        Before it comes `put`, or a word of put_in_cart's that says why nothing has changed.
        """
        what = {"product": product, "best_before": None, **item.model_dump()}
        return await self._put(PUT, cart, who, shop, **what)

    async def add(
        self,
        cart: str,
        who: Principal,
        added: Added,
        shop: ShopSettings,
        *,
        substitute: bool | None,
    ) -> tuple[str, str]:
        """Add to what is in an open cart, and keep it; return what put() returns."""
        return await self._put(ADD, cart, who, shop, substitute=substitute, **asdict(added))

    async def _put(
        self, statement: Statement, cart: str, who: Principal, shop: ShopSettings, **what: Any
    ) -> tuple[str, str]:
        found = await self._manager.fetch_one(statement, **what, **_bounds(shop), **own(cart, who))
        if found is None:
            raise missing()
        return found[0], found[1]

    async def welcome(self, cart: str, who: Principal, line: int, *, substitute: bool) -> bool:
        """Say whether a substitute is welcome for a line of an open cart; False if it was not in one."""
        return (
            await self._manager.run(WELCOME, line=line, substitute=substitute, **own(cart, who)) > 0
        )

    async def remove(self, cart: str, who: Principal, product: str) -> bool:
        """Take a product out of an open cart; False if it was not in one."""
        return await self._manager.run(REMOVE, product=product, **own(cart, who)) > 0

    async def remove_line(self, cart: str, who: Principal, line: int) -> bool:
        """Take a line out of an open cart; False if it was not in one."""
        return await self._manager.run(REMOVE_LINE, line=line, **own(cart, who)) > 0

    async def delete_expired(self, limit: int) -> int:
        """Delete up to `limit` open carts whose time is over, and return how many."""
        return await self._manager.run(DELETE_EXPIRED, limit=limit)

    async def delete_checked_out(self, limit: int, days: int, hours: int) -> int:
        """Delete up to `limit` carts that were checked out `days` and `hours` ago, whichever is longer; return how many."""
        return await self._manager.run(DELETE_CHECKED_OUT, limit=limit, days=days, hours=hours)


def _bounds(shop: ShopSettings) -> dict[str, Any]:
    return {
        "max_quantity": shop.max_quantity,
        "days": shop.cart_days,
        "max_lines": shop.max_cart_lines,
        "currency": shop.currency,
    }


def own(cart: str, who: Principal) -> dict[str, str | int | None]:
    """Return OWN's parameters."""
    at_till = "till:use" in who.permissions
    return {"cart": cart, "own": who.cart_id, "customer": who.customer_id, "at_till": at_till}


def missing() -> NotFound:
    """Return what to raise for a cart that is not there, or somebody else's."""
    return NotFound("There is no such cart.")
