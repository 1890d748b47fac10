"""What guests and customers do with carts, short of checking them out."""

from collections.abc import Sequence
from typing import Any

from app.core.database import Manager
from app.core.settings import ShopSettings
from app.core.web import Conflict, FieldError, Forbidden, Invalid, NotFound, Problem
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.paging import PageQuery, Scalar
from app.core.web.security import CART_TOKEN, Principal, hash_token, new_token
from app.login.attempts.service import Attempts
from app.orders.answers import purchase_url
from app.orders.carts.adding import Added, by_code, scanned, wrong
from app.orders.carts.repository import CartRepository
from app.orders.carts.schemas import AddedItem, ItemQuantity, LinePatch
from app.product.barcodes.service import Barcodes


def checked_out(purchase: str | None) -> Conflict:
    """Return what to raise for a cart that became that purchase."""
    location = {"Location": purchase_url(purchase)} if purchase else {}
    return Conflict("The cart was checked out.", code="checked_out", headers=location)


class Carts:
    """What guests and customers do with carts. Another one's cart is NotFound."""

    def __init__(
        self,
        manager: Manager,
        carts: CartRepository,
        attempts: Attempts,
        barcodes: Barcodes,
        shop: ShopSettings,
    ) -> None:
        self._manager = manager
        self._carts = carts
        self._attempts = attempts
        self._barcodes = barcodes
        self._shop = shop

    async def open(self, customer_id: int, identity: RequestIdentity) -> Answer:
        """Answer 200 with a customer's open cart, or 201 with an empty one if there was none.

        One at most is opened, however many ask at once.
        """

        async def work() -> Answer:
            shop = self._shop
            made, cart, body = await self._carts.open(customer_id, shop.cart_days, shop.currency)
            return _opened(201 if made else 200, cart, body)

        return await once(self._manager, **identity, work=work, one_statement=True)

    async def open_for_guest(self, address: str) -> Answer:
        """Open an empty cart with a token of its own for somebody at that address, and answer 201.

        Each time another one: the token is kept nowhere, and a guest has no name under which to
        keep the answer that no other guest could have. Raises TooManyRequests.
        """
        await self._attempts.count_guest("cart", address)
        token, shop = new_token(CART_TOKEN), self._shop
        cart, made = await self._carts.open_for_guest(
            hash_token(token), shop.cart_days, shop.currency
        )
        return _opened(201, cart, f'{{"token":"{token}",{made.removeprefix("{")}')

    async def claim(self, who: Principal, cart: str, token: str) -> str:
        """Move what is in the guest's cart of that token into the customer's open one, and return the JSON of that.

        `changes` in it says what did not come along. The guest's cart is no more, so of two at once one finds it.
        Raises NotFound, and Conflict `checked_out`.
        """
        outcome, body, changes = await self._carts.claim(cart, hash_token(token), who, self._shop)
        if outcome != "claimed":
            raise checked_out(None)
        return f'{body.removesuffix("}")},"changes":{changes}}}'

    async def page(
        self, who: Principal, query: PageQuery, behind: Sequence[Scalar] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, created_at, id) of a customer's carts, the newest first."""
        return await self._carts.page(who, behind, query.limit + 1, self._shop.currency)

    async def read(self, who: Principal, cart: str) -> str:
        """Return the cart's JSON, with today's prices and what is available."""
        return await self._carts.read(cart, who, self._shop.currency)

    async def put(self, who: Principal, cart: str, product: str, item: ItemQuantity) -> str:
        """Set how much of a product is in the cart, and return the cart's JSON.

        Raises NotFound for an unknown product, Invalid for a quantity that cannot be sold, and
        Conflict `checked_out`, `withdrawn` or `cart_full`.
        """
        outcome, body = await self._carts.put(cart, who, product, item, self._shop)
        if outcome != "put":
            raise await self._refusal(outcome, who, cart)
        return body

    async def add(self, who: Principal, cart: str, item: AddedItem) -> str:
        """Add so much of a product to what is in the cart, and return the cart's JSON.

        A label that prints a price is a line of its own, which only the till may add: Forbidden to all others, as who
        made one up would buy at it. Raises Invalid, which names the member, and Conflict `checked_out`, `withdrawn` or
        `cart_full`.
        """
        added = by_code(item) or await self._scanned(item)
        if added.label_price is not None and "till:use" not in who.permissions:
            raise Forbidden("Only the till takes a label that prints a price.")
        outcome, body = await self._carts.add(
            cart, who, added, self._shop, substitute=item.substitute
        )
        if outcome == "no_product":
            raise wrong("product", "is not known")
        if outcome != "put":
            raise await self._refusal(outcome, who, cart)
        return body

    async def _scanned(self, item: AddedItem) -> Added:
        try:
            meaning, product = await self._barcodes.find(item.barcode or "")
            return scanned(meaning, product.code, product.unit, product.pieces, item.quantity)
        except (NotFound, Invalid) as error:
            if isinstance(error, Invalid) and error.errors:
                raise
            detail = error.detail or ""
            raise Invalid(
                detail,
                code=error.code if isinstance(error, Invalid) else None,
                errors=[FieldError("/barcode", detail)],
            ) from error

    async def change_line(self, who: Principal, cart: str, line: int, patch: LinePatch) -> str:
        """Say whether a substitute is welcome for a line, and return the cart's JSON.

        Raises NotFound if it is not in there, and Conflict `checked_out`.
        """
        if not await self._carts.welcome(cart, who, line, substitute=patch.substitute):
            raise await self._not_there(who, cart, "That line is not in the cart.")
        return await self._carts.read(cart, who, self._shop.currency)

    async def remove(self, who: Principal, cart: str, product: str) -> None:
        """Take a product out of the cart, with all lines of it.

        Raises NotFound if it is not in there, and Conflict `checked_out`.
        """
        if not await self._carts.remove(cart, who, product):
            raise await self._not_there(who, cart, "That product is not in the cart.")

    async def remove_line(self, who: Principal, cart: str, line: int) -> None:
        """Take a line out of the cart. Raises NotFound if it is not in there, and Conflict `checked_out`."""
        if not await self._carts.remove_line(cart, who, line):
            raise await self._not_there(who, cart, "That line is not in the cart.")

    async def _not_there(self, who: Principal, cart: str, sentence: str) -> Problem:
        status, purchase = await self._carts.state(cart, who)
        return NotFound(sentence) if status == "open" else checked_out(purchase)

    async def delete_expired_carts(self, limit: int) -> int:
        """Delete up to `limit` open carts whose time is over, and return how many."""
        return await self._carts.delete_expired(limit)

    async def delete_checked_out_carts(self, limit: int, keys_hours: int) -> int:
        """Delete up to `limit` carts that were checked out `shop.cart_days` ago, and return how many.

        None before `keys_hours` are over: a guest who sends a checkout again is known by the cart's name.
        """
        return await self._carts.delete_checked_out(limit, self._shop.cart_days, keys_hours)

    async def _refusal(self, outcome: str, who: Principal, cart: str) -> Problem:
        """Return what to raise where nothing was put into a cart."""
        most = self._shop.max_cart_lines
        refusals: dict[str, Problem] = {
            "no_product": NotFound("There is no such product."),
            "withdrawn": Conflict("The product is not sold any more.", code="withdrawn"),
            "not_whole": _wrong_quantity("must be whole: the product is sold by the piece"),
            "too_much": _wrong_quantity(f"must be at most {self._shop.max_quantity}"),
            "not_reduced": Conflict(
                "There are no reduced goods with that day on them.", code="not_reduced"
            ),
            "full": Conflict(f"A cart holds at most {most} lines.", code="cart_full"),
        }
        if outcome == "checked_out":
            return checked_out((await self._carts.state(cart, who))[1])
        return refusals[outcome]


def _opened(status: int, cart: str, body: str) -> Answer:
    return Answer(status, body.encode(), {"Location": f"/api/v1/carts/{cart}"})


def _wrong_quantity(message: str) -> Invalid:
    return Invalid("The quantity cannot be sold.", errors=[FieldError("/quantity", message)])
