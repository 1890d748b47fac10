"""Baskets as shoppers know them: one for each, made when something is first put into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.core.web import Conflict, NotFound
from app.core.web.idempotency import UNREPEATED
from app.core.web.paging import PageQuery
from app.core.web.security import Authenticator, Principal
from app.orders.carts.schemas import AddedItem, ItemQuantity
from app.orders.carts.service import Carts
from app.orders.checkout.service import Checkout
from app.orders.coupons.service import CartCoupons
from app.orders.purchases.service import Purchases
from app.orders.slots.service import Slots
from app.pages.shop.basket.ordering import identity_of
from app.pages.shop.basket.schemas import Addition, Amount, Order

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Basket:
    """A cart, whose it is, and the token of one that was made just now for a guest."""

    who: Principal
    cart: Thing
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What a basket is put into, priced and sold by."""

    carts: Carts
    coupons: CartCoupons
    checkout: Checkout
    purchases: Purchases
    slots: Slots
    tokens: Authenticator


class Baskets:
    """What shoppers do with their basket. `who` is a customer or a guest; None is somebody who has none yet.

    All raise NotFound where there is none, and what the services raise.
    """

    def __init__(self, services: Services) -> None:
        self._do = services

    async def find(self, who: Principal | None) -> Basket | None:
        """Return somebody's open basket, None where there is none."""
        if who is None:
            return None
        if who.customer_id is not None:
            rows = await self._do.carts.page(who, PageQuery(limit=1), None)
            found: list[Thing] = [orjson.loads(row[0]) for row in rows]
        else:
            found = []
            if who.cart_id is not None:
                found.append(orjson.loads(await self._do.carts.read(who, who.cart_id)))
        return next((Basket(who, each) for each in found if each["status"] == "open"), None)

    async def add(self, who: Principal | None, item: Addition, address: str) -> Basket:
        """Put something into the basket of who is at that address, which is made if need be."""
        basket = await self.find(who) or await self._open(who, address)
        added = AddedItem(**item.model_dump())
        cart = await self._do.carts.add(basket.who, basket.cart["id"], added)
        return Basket(basket.who, orjson.loads(cart), basket.token)

    async def _open(self, who: Principal | None, address: str) -> Basket:
        if who is not None and who.customer_id is not None:
            answer = await self._do.carts.open(who.customer_id, UNREPEATED)
            return Basket(who, orjson.loads(answer.body))
        answer = await self._do.carts.open_for_guest(address)
        cart = orjson.loads(answer.body)
        guest = await self._do.tokens.authenticate(cart["token"])
        if guest is None:
            raise NotFound
        return Basket(guest, cart, cart["token"])

    async def put(self, who: Principal | None, amount: Amount) -> None:
        """Set how much of a product is in the basket; 0 takes it out."""
        basket = await self._needed(who)
        cart = basket.cart["id"]
        if amount.quantity:
            item = ItemQuantity(quantity=amount.quantity)
            await self._do.carts.put(basket.who, cart, amount.product, item)
        else:
            await self._do.carts.remove(basket.who, cart, amount.product)

    async def remove(self, who: Principal | None, line: int) -> None:
        """Take a line out."""
        basket = await self._needed(who)
        await self._do.carts.remove_line(basket.who, basket.cart["id"], line)

    async def redeem(self, who: Principal | None, typed: str) -> None:
        """Have the basket redeem a coupon, or none where nothing is typed."""
        basket = await self._needed(who)
        if typed:
            await self._do.coupons.enter(basket.who, basket.cart["id"], typed)
        else:
            await self._do.coupons.remove(basket.who, basket.cart["id"])

    async def slots(self) -> Thing:
        """Return the windows that can be ordered for, and whether one must be."""
        found: Thing = orjson.loads(await self._do.slots.list(None, None))
        return {**found, "slots": [each for each in found["slots"] if each["open"]]}

    async def check_out(self, who: Principal | None, order: Order, address: str) -> str:
        """Buy what is in the basket of who is at that address, and return the purchase's id.

        A form that is sent twice buys once.
        """
        if who is None:
            raise NotFound("There is nothing in the basket.")
        basket = await self.find(who)
        cart = basket.cart["id"] if basket else who.cart_id
        if cart is None:
            raise Conflict("There is nothing in the basket.", code="empty_cart")
        identity = identity_of(who, order)
        answer = await self._do.checkout.place(who, cart, order, identity, address)
        return str(orjson.loads(answer.body)["id"])

    async def purchase(self, whose: Sequence[Principal], purchase: str) -> Thing:
        """Return a purchase of any of them. Raises NotFound."""
        guests = [who for who in whose if who.purchase_id == purchase]
        customers = [who for who in whose if who.customer_id is not None]
        if not (guests or customers):
            raise NotFound("There is no such purchase.")
        return dict(orjson.loads(await self._do.purchases.read((guests + customers)[0], purchase)))

    async def _needed(self, who: Principal | None) -> Basket:
        basket = await self.find(who)
        if basket is None:
            raise NotFound("There is nothing in the basket.")
        return basket
