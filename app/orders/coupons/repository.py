"""Statements about the coupon of a cart."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from typing import NamedTuple

from app.core.database import Manager, Statement
from app.core.web.security import Principal
from app.orders.carts.repository import missing, own
from app.orders.carts.statements import OWN
from app.product.coupons.codes import plain_code

# The one whose own code was typed, or one of the codes that were made for it; and whether it is good today.
FIND_COUPON = Statement(
    """
    SELECT q.id, f.code, q.active AND CURRENT_DATE >= q.starts_on AND CURRENT_DATE <= coalesce(q.ends_on, 'infinity'),
           coalesce(q.used < q.uses, true) AND NOT f.used
    FROM (
        SELECT c.id, NULL AS code, false AS used FROM coupon c WHERE c.code = %(typed)s AND NOT c.single_use
        UNION ALL
        SELECT k.coupon_id, k.code, k.purchase_id IS NOT NULL FROM coupon_code k WHERE k.code = %(plain)s
    ) f
    JOIN coupon q ON q.id = f.id
    """,
    read=True,
)

# No row if there is no such cart; then its status, and it is changed if that is `open`.
ENTER_COUPON = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR NO KEY UPDATE
    ), entered AS (
        UPDATE cart c SET coupon_id = %(coupon)s, coupon_code = %(code)s
        FROM held WHERE c.id = held.id AND held.status = 'open'
    )
    SELECT status FROM held
    """,
    read=False,
)


class FoundCoupon(NamedTuple):
    """A coupon that a code redeems: its id, and the code if it is good once; whether it runs today, and was not used up."""

    id: int
    code: str | None
    runs: bool
    is_left: bool


class CartCouponRepository:
    """The coupons of carts in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def find(self, typed: str) -> FoundCoupon | None:
        """Return the coupon that a code redeems, in capitals or not."""
        found = await self._manager.fetch_one(
            FIND_COUPON, typed=typed.strip().lower(), plain=plain_code(typed)
        )
        return None if found is None else FoundCoupon(*found)

    async def enter(
        self, cart: str, who: Principal, coupon_id: int | None, code: str | None
    ) -> bool:
        """Have a cart redeem that coupon, or none; False if it is not open any more. Raises NotFound for another one's too."""
        status = await self._manager.fetch_value(
            ENTER_COUPON, coupon=coupon_id, code=code, **own(cart, who)
        )
        if status is None:
            raise missing()
        return bool(status == "open")
