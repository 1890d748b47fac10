"""Checkout: the one way in which a purchase is made."""

from decimal import Decimal

import orjson

from app.core.database import CheckViolation, Manager
from app.core.settings import ShopSettings
from app.core.web import Conflict, FieldError, Invalid, Problem, Unavailable
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.security import Principal
from app.login.attempts.service import Attempts
from app.orders.answers import purchase_url
from app.orders.carts.repository import CartRepository
from app.orders.carts.service import checked_out
from app.orders.checkout.repository import CheckedOut, CheckoutRepository
from app.orders.checkout.schemas import CheckoutRequest
from app.orders.coupons.service import coupon_lost, coupon_refused
from app.orders.sales import Sales
from app.orders.slots.service import slot_refused

_REFUSALS = {
    "empty_cart": "The cart is empty.",
    "withdrawn": "Some of it is not sold, or not so, any more.",
    "out_of_stock": "There is not enough of everything any more.",
    "unpaid_purchases": "Purchases with this telephone number wait to be paid. Pay for one first, or log in.",
    "held_by_guests": "Guests cannot have as much before others have paid. Log in, take less, or buy it at the till.",
}


class Checkout:
    """Turns a cart into a purchase: prices frozen, stock promised, all or nothing."""

    def __init__(
        self,
        manager: Manager,
        carts: CartRepository,
        checkouts: CheckoutRepository,
        attempts: Attempts,
        shop: ShopSettings,
        sales: Sales,
    ) -> None:
        self._manager = manager
        self._carts = carts
        self._checkouts = checkouts
        self._attempts = attempts
        self._shop = shop
        self._sales = sales

    async def place(
        self,
        who: Principal,
        cart: str,
        order: CheckoutRequest,
        identity: RequestIdentity,
        address: str,
    ) -> Answer:
        """Check the cart out for somebody at that address, and answer 201 with the purchase.

        Raises NotFound, Invalid for a guest without name or phone, Conflict `checked_out`, `empty_cart`,
        `withdrawn`, `age_not_confirmed`, `coupon_refused`, `price_changed` or `out_of_stock`, and Unavailable `wrong_currency` where the database's
        money is in another one than the settings'. In a shop with slots also Conflict `slot_full` or `slot_closed`, and
        Invalid `slot_required` or `no_such_slot`. For guests also TooManyRequests, and Conflict
        `unpaid_purchases` or `held_by_guests`: who has no account could promise the whole shop to himself.
        """
        if who.is_guest:
            await self._attempts.count_guest("checkout", address)
        total: Decimal | None = None

        async def work() -> Answer:
            nonlocal total
            found = await self._check_out(cart, who, order)
            if found.body is None or found.purchase is None:
                raise await self._refusal(found, who, cart, order)
            total = found.total
            return Answer(201, found.body.encode(), {"Location": purchase_url(found.purchase)})

        answer = await once(self._manager, **identity, work=work, one_statement=True)
        if total is not None:  # else it is the stored answer to an earlier request
            self._sales.count("placed", total)
        return answer

    async def _check_out(self, cart: str, who: Principal, order: CheckoutRequest) -> CheckedOut:
        try:
            found = await self._checkouts.check_out(cart, who, order, self._shop)
        except CheckViolation as error:
            if lost := coupon_lost(error.constraint) or slot_refused(error.constraint or ""):
                raise lost from error
            raise
        if found.outcome == "coupon_refused":
            raise coupon_refused(orjson.loads(found.items or ""))
        if refused := slot_refused(found.outcome):
            raise refused
        if found.outcome == "age_not_confirmed":
            age = int(found.items or "")
            detail = f"Somebody must say that the buyer is {age} years old."
            raise Conflict(detail, code="age_not_confirmed", min_age=age)
        return found

    async def _refusal(
        self, found: CheckedOut, who: Principal, cart: str, order: CheckoutRequest
    ) -> Problem:
        match found.outcome:
            case "checked_out":
                # Read anew: the purchase may have been made while this waited for the cart.
                return checked_out((await self._carts.state(cart, who))[1])
            case "no_contact":
                return _no_contact(order)
            case "wrong_currency":
                # Settings of another shop: /readyz says so too, but not everybody asks it.
                return Unavailable("Nothing is sold here.", code="wrong_currency", retry_after=60)
            case "price_changed":
                total = f"{found.total:f}"
                return Conflict(f"The cart costs {total} now.", code="price_changed", total=total)
            case code:
                items = {"items": orjson.loads(found.items)} if found.items else {}
                return Conflict(_REFUSALS[code], code=code, **items)


def _no_contact(order: CheckoutRequest) -> Invalid:
    given = {"/contact_name": order.contact_name, "/contact_phone": order.contact_phone}
    errors = [
        FieldError(pointer, "a guest must give it") for pointer, value in given.items() if not value
    ]
    return Invalid("The shop must know who will collect the purchase.", errors=errors)
