"""Checkout: the one way in which a purchase is made."""

from app.core.database import Manager
from app.core.errors import Conflict, FieldError, Invalid
from app.core.idempotency import Answer, RequestIdentity, once
from app.core.sections import ShopSettings
from app.core.security import Principal
from app.inventory.allocations import Allocations, Wanted
from app.orders.checkout_repository import CheckoutRepository, LockedCart, Placed
from app.orders.pricing import Line, sold_in, total_of
from app.orders.purchase_repository import PurchaseRepository
from app.orders.repository import CartRepository
from app.orders.sales import Sales
from app.orders.schemas import CheckoutRequest
from app.orders.service import checked_out, purchase_url


class Checkout:
    """Turns a cart into a purchase: prices frozen, stock promised, all or nothing."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with, each of its own type
        self,
        manager: Manager,
        carts: CartRepository,
        checkouts: CheckoutRepository,
        purchases: PurchaseRepository,
        allocations: Allocations,
        shop: ShopSettings,
        sales: Sales,
    ) -> None:
        self._manager = manager
        self._carts = carts
        self._checkouts = checkouts
        self._purchases = purchases
        self._allocations = allocations
        self._shop = shop
        self._sales = sales

    async def place(
        self, who: Principal, cart: str, order: CheckoutRequest, identity: RequestIdentity
    ) -> Answer:
        """Check the cart out, and answer 201 with the purchase.

        Raises NotFound, Invalid for a guest without name or phone, and Conflict `checked_out`,
        `empty_cart`, `withdrawn`, `price_changed` or `out_of_stock`.
        """

        async def work() -> Answer:
            purchase = await self._place(who, cart, order)
            body = await self._purchases.read(purchase, who)
            return Answer(201, body.encode(), {"Location": purchase_url(purchase)})

        return await once(self._manager, **identity, work=work)

    async def _place(self, who: Principal, cart: str, order: CheckoutRequest) -> str:
        locked = await self._checkouts.lock(cart, who)
        if locked.status != "open":
            # Read anew: while this waited for the lock, another request made the purchase.
            raise checked_out((await self._carts.state(cart, who))[1])
        placed = self._placed(cart, locked, order)
        lines, withdrawn = await self._checkouts.items(cart)
        _check(lines, withdrawn, order)
        wanted = [Wanted(line.product_id, line.code, line.quantity) for line in lines]
        picks = await self._allocations.allocate(wanted)
        purchase = await self._checkouts.place(placed, lines, picks)
        self._sales.note("placed", total_of(lines))
        return purchase

    def _placed(self, cart: str, locked: LockedCart, order: CheckoutRequest) -> Placed:
        name = order.contact_name or locked.name
        phone = order.contact_phone or locked.phone
        missing = [] if name else ["/contact_name"]
        if locked.customer_id is None and not phone:
            missing.append("/contact_phone")
        if name is None or missing:
            errors = [FieldError(pointer, "a guest must give it") for pointer in missing]
            raise Invalid("The shop must know who will collect the purchase.", errors=errors)
        return Placed(
            cart, locked.customer_id, name, phone, self._shop.currency, self._shop.minutes_to_pay
        )


def _check(lines: list[Line], withdrawn: list[str], order: CheckoutRequest) -> None:
    """Raise Conflict unless `lines` can be sold for what `order` expects."""
    if not lines:
        raise Conflict("The cart is empty.", code="empty_cart")
    # A product that had no stock may have become one that is sold by the piece.
    unsold = [line.code for line in lines if not sold_in(line.unit, line.quantity)]
    if withdrawn or unsold:
        items = [{"product": code} for code in dict.fromkeys([*withdrawn, *unsold])]
        raise Conflict(
            "Some of it is not sold, or not so, any more.", code="withdrawn", items=items
        )
    total = total_of(lines)
    if not order.costs(total):
        raise Conflict(f"The cart costs {total} now.", code="price_changed", total=f"{total:f}")
