"""The statement that turns a cart into a purchase."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from decimal import Decimal
from typing import NamedTuple

from app.core.database import Manager, Statement, json_array
from app.core.settings import ShopSettings
from app.core.web.security import Principal
from app.orders.carts.repository import missing, own
from app.orders.carts.statements import OWN
from app.orders.checkout.schemas import CheckoutRequest
from app.orders.purchases.shape import ALLOWANCE, JSON, LINE
from app.orders.statements import VAT

# A purchase has no payments and no returns in its first moment.
CHECK_OUT = Statement(
    f"""
    SELECT done.outcome, done.items, done.total, p.id::text,
           CASE done.outcome WHEN 'placed' THEN {JSON} END
    FROM (SELECT c.id FROM cart c WHERE {OWN}) mine
    CROSS JOIN LATERAL place_basket(
        mine.id, %(contact_name)s, %(contact_phone)s, %(expected_total)s,
        %(currency)s, %(minutes_to_pay)s,
        %(unpaid_purchases)s, %(unpaid_share)s, %(unpaid_quantity)s, %(confirmed_age)s,
        %(slot)s) done
    CROSS JOIN LATERAL (SELECT (done.made).*) p
    CROSS JOIN (SELECT 0.00 AS paid, 0.00 AS refunded, NULL::timestamptz AS paid_at, '[]' AS payments) m
    CROSS JOIN LATERAL (
        SELECT {json_array(LINE, "l.id")} AS lines, {ALLOWANCE} AS allowance
        FROM unnest(done.lines) l CROSS JOIN (SELECT 0.000 AS quantity) r
    ) l
    CROSS JOIN LATERAL (
        SELECT l.lines, l.allowance, {json_array(VAT, "v.rate")} AS vat FROM unnest(done.vat) v
    ) n
    """,
    read=False,
)


class CheckedOut(NamedTuple):
    """What became of a checkout: `placed`, or the word of place_basket's for why it was refused."""

    outcome: str
    items: str | None
    """JSON of the items that are to blame for `withdrawn`, `out_of_stock` and `held_by_guests`, of the reason for `coupon_refused`, and the age for `age_not_confirmed`."""
    total: Decimal | None
    purchase: str | None
    body: str | None
    """The purchase's JSON."""


class CheckoutRepository:
    """The way from a cart to a purchase."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def check_out(
        self, cart: str, who: Principal, order: CheckoutRequest, shop: ShopSettings
    ) -> CheckedOut:
        """Turn a cart into a purchase, all or nothing. Raises NotFound for another one's too."""
        found = await self._manager.fetch_one(
            CHECK_OUT,
            contact_name=order.contact_name,
            contact_phone=order.contact_phone,
            expected_total=order.expected_total,
            confirmed_age=order.confirmed_age,
            slot=order.slot,
            currency=shop.currency,
            days_to_collect=shop.days_to_collect,
            **_bounds(who, shop),
            **own(cart, who),
        )
        if found is None:
            raise missing()
        return CheckedOut(*found)


def _bounds(who: Principal, shop: ShopSettings) -> dict[str, int | Decimal | None]:
    """Return how long the purchase may stay unpaid, and what else is bounded until then."""
    if not who.is_guest:
        return {
            "minutes_to_pay": shop.minutes_to_pay,
            "unpaid_purchases": None,
            "unpaid_share": None,
            "unpaid_quantity": None,
        }
    return {
        "minutes_to_pay": shop.guest_minutes_to_pay,
        "unpaid_purchases": shop.guest_unpaid_purchases or None,
        "unpaid_share": shop.guest_unpaid_share,
        "unpaid_quantity": shop.guest_unpaid_quantity,
    }
