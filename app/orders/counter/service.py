"""Sales at the counter, each in one transaction."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from app.core.database import CheckViolation, Manager
from app.core.settings import ShopSettings
from app.core.web import Conflict, Invalid, NotFound
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.security import Principal
from app.inventory.allocations.service import Allocations
from app.orders.answers import purchase_url
from app.orders.carts.adding import Added, by_code, scanned
from app.orders.carts.schemas import NamedItem
from app.orders.counter.paying import shares
from app.orders.counter.refusing import refusal
from app.orders.counter.repository import CounterRepository
from app.orders.counter.ringing import at_line, check, merged, summed
from app.orders.counter.schemas import Sale
from app.orders.coupons.service import CartCoupons, coupon_lost
from app.orders.purchases.repository import PurchaseRepository
from app.orders.sales import Sales
from app.product.barcodes.reading import Scanned
from app.product.barcodes.service import Barcodes


class Counter:
    """Sells what lies on the counter, whatever the books say of it: placed, paid for and handed over at once."""

    def __init__(  # noqa: PLR0913 - a sale is all of it at once
        self,
        manager: Manager,
        counter: CounterRepository,
        purchases: PurchaseRepository,
        allocations: Allocations,
        coupons: CartCoupons,
        *,
        barcodes: Barcodes,
        shop: ShopSettings,
        sales: Sales,
    ) -> None:
        self._manager = manager
        self._counter = counter
        self._purchases = purchases
        self._allocations = allocations
        self._coupons = coupons
        self._barcodes = barcodes
        self._shop = shop
        self._sales = sales

    async def sell(self, who: Principal, sale: Sale, identity: RequestIdentity) -> Answer:
        """Sell it, and answer 201 with the receipt.

        Raises Invalid, which names the member, and Conflict `withdrawn` or `not_reduced` (with `items`), `age_not_checked`
        (with `min_age`), `coupon_refused` (with `reason`), `price_changed` or `payments_mismatch` (with `total`), `cart_full`
        or `till_closed`; Unavailable `wrong_currency` as checkout does.
        """
        check(sale)
        return await once(self._manager, **identity, work=partial(self._sell, who, sale))

    async def _sell(self, who: Principal, sale: Sale) -> Answer:
        purchase, total, min_age = await self._place(who, sale)
        for place, money in shares(total, sale.payments, sale.till):
            booked = money.booked(self._shop.cash_rounding, f"/payments/{place}")
            kind = "payment" if total > 0 else "refund"
            await self._purchases.pay(purchase, kind, booked, who.login_id)
        await self._allocations.issue(purchase, who.login_id)
        checked_by = None if min_age is None else who.login_id
        await self._purchases.collect(purchase, checked_by, sale.till)
        self._sales.note("placed", total)
        self._sales.note("collected", total)
        body = await self._counter.receipt(purchase)
        return Answer(201, body.encode(), {"Location": purchase_url(purchase)})

    async def _place(self, who: Principal, sale: Sale) -> tuple[str, Decimal, int | None]:
        """Return the purchase that the sale becomes, its total, and the age that its buyer must have."""
        bare = [n for n, each in enumerate(sale.lines) if each.product and each.quantity is None]
        rung = merged(await self._lines(sale.lines), bare)
        if len(rung) > self._shop.max_cart_lines:
            most = self._shop.max_cart_lines
            raise Conflict(f"A sale has at most {most} lines.", code="cart_full")
        deposits = summed(sale.deposits_returned)
        coupon = await self._coupons.find(sale.coupon) if sale.coupon else None
        try:
            placed = await self._counter.place(
                sale, rung, deposits, coupon, shop=self._shop, by=who.login_id
            )
        except CheckViolation as error:
            if refused := coupon_lost(error.constraint):
                raise refused from error
            raise
        if placed.purchase is None or placed.total is None:
            raise refusal(placed, sale, rung, deposits, self._shop.max_quantity)
        return placed.purchase, placed.total, placed.min_age

    async def _lines(self, items: Sequence[NamedItem]) -> list[Added]:
        """Return what each item is. Raises Invalid for the first that is nothing."""
        named = [_named(place, item) for place, item in enumerate(items)]
        codes = [
            item.barcode or "" for item, known in zip(items, named, strict=True) if known is None
        ]
        read = iter(await self._barcodes.find_all(codes) if codes else ())
        return [
            _scanned(place, item, next(read)) if known is None else known
            for place, (item, known) in enumerate(zip(items, named, strict=True))
        ]


def _named(place: int, item: NamedItem) -> Added | None:
    try:
        return by_code(item)
    except Invalid as error:
        raise at_line(place, error) from error


def _scanned(place: int, item: NamedItem, found: Scanned) -> Added:
    if isinstance(found, NotFound | Invalid):
        raise at_line(place, found)
    meaning, product = found
    try:
        return scanned(meaning, product.code, product.unit, product.pieces, item.quantity)
    except Invalid as error:
        raise at_line(place, error) from error
