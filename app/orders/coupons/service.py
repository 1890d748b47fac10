"""What guests and customers do with coupons, short of redeeming them."""

from app.core.settings import ShopSettings
from app.core.web import Conflict
from app.core.web.security import Principal
from app.orders.carts.repository import CartRepository
from app.orders.carts.service import checked_out
from app.orders.coupons.repository import CartCouponRepository, FoundCoupon

_REFUSED = {
    "unknown": "There is no such coupon.",
    "ended": "The coupon is not valid any more.",
    "not_started": "The coupon is not valid yet.",
    "used_up": "The coupon was used up.",
    "used_by_you": "You have redeemed the coupon already.",
    "below_minimum": "The basket costs less than the coupon asks for.",
    "nothing_to_reduce": "The coupon is for nothing in the basket.",
}

# What others have done to a coupon in the meantime violates a rule of its table.
_LOST = {"coupon_used_up": "used_up", "coupon_used_by_you": "used_by_you"}


def coupon_refused(reason: str) -> Conflict:
    """Return what to raise for a coupon that cannot be redeemed, with coupon_effect's word for why."""
    return Conflict(_REFUSED[reason], code="coupon_refused", reason=reason)


def coupon_lost(constraint: str | None) -> Conflict | None:
    """Return what to raise where a coupon was redeemed by others meanwhile, if that is the constraint it violates."""
    return coupon_refused(_LOST[constraint]) if constraint in _LOST else None


class CartCoupons:
    """The coupon that a cart is to redeem. Another one's cart is NotFound."""

    def __init__(
        self, carts: CartRepository, coupons: CartCouponRepository, shop: ShopSettings
    ) -> None:
        self._carts = carts
        self._coupons = coupons
        self._shop = shop

    async def enter(self, who: Principal, cart: str, typed: str) -> str:
        """Have the cart redeem the coupon of a code, and return the cart's JSON, which says what it brings.

        In place of another one. Raises Conflict `coupon_refused` with the `reason` (`unknown`, `ended`, which is not
        yet too, `used_up`), and `checked_out`.
        """
        found = await self.find(typed)
        await self._set(who, cart, found.id, found.code)
        return await self._carts.read(cart, who, self._shop.currency)

    async def find(self, typed: str) -> FoundCoupon:
        """Return the coupon that a code redeems today. Raises Conflict `coupon_refused` as enter() does."""
        found = await self._coupons.find(typed)
        if found is None:
            raise coupon_refused("unknown")
        if not found.runs:
            raise coupon_refused("ended")
        if not found.is_left:
            raise coupon_refused("used_up")
        return found

    async def remove(self, who: Principal, cart: str) -> None:
        """Have the cart redeem no coupon. Raises Conflict `checked_out`."""
        await self._set(who, cart, None, None)

    async def _set(
        self, who: Principal, cart: str, coupon_id: int | None, code: str | None
    ) -> None:
        if not await self._coupons.enter(cart, who, coupon_id, code):
            raise checked_out((await self._carts.state(cart, who))[1])
