"""The statements that sell what lies on the counter."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.core.database import Manager, Statement, json_array
from app.core.settings import ShopSettings
from app.orders.counter.ringing import Rung
from app.orders.counter.schemas import Sale
from app.orders.coupons.repository import FoundCoupon
from app.orders.invoices.shape import document
from app.orders.purchases.shape import COUPON, PAYMENT

PLACE = Statement(
    """
    SELECT s.outcome, s.items::text, s.total, (s.made).id::text, (s.made).min_age
    FROM place_sale(
        %(codes)s::text[], %(days)s::date[], %(quantities)s::numeric[], %(bare)s::boolean[], %(labels)s::numeric[],
        %(deposits)s::text[], %(returned)s::numeric[], %(coupon)s, %(coupon_code)s, %(expected_total)s, %(currency)s,
        %(confirmed_age)s, %(max_quantity)s, %(by)s) s
    """,
    read=False,
)

_PAYMENTS = f"(SELECT {json_array(PAYMENT, 'y.id')} FROM payment y WHERE y.purchase_id = p.id)"
RECEIPT = Statement(
    f"""
    SELECT {document(", 'till', p.collected_at_till", coupon=COUPON, payments=_PAYMENTS)}
    FROM purchase p JOIN document d ON d.purchase_id = p.id AND d.kind = 'invoice'
    WHERE p.id = %(purchase)s::uuid
    """,
    read=True,
)

_ANY_AGE = 999


class Placed(NamedTuple):
    """What became of a sale: `placed`, or the word of place_sale's for why it was refused."""

    outcome: str
    items: str | None
    """JSON of what is to blame for a refusal, as place_sale and place_basket say it."""
    total: Decimal | None
    purchase: str | None
    min_age: int | None


class CounterRepository:
    """Sales at the counter in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def place(
        self,
        sale: Sale,
        rung: Sequence[Rung],
        deposits: Mapping[str, Decimal],
        coupon: FoundCoupon | None,
        *,
        shop: ShopSettings,
        by: int | None,
    ) -> Placed:
        """Turn what was rung up, and deposits by code, into a purchase. The caller undoes all where it was not placed."""
        lines = [each.added for each in rung]
        found = await self._manager.fetch_one(
            PLACE,
            codes=[line.product for line in lines],
            days=[line.best_before for line in lines],
            quantities=[line.quantity for line in lines],
            bare=[each.is_bare for each in rung],
            labels=[line.label_price for line in lines],
            deposits=list(deposits),
            returned=list(deposits.values()),
            coupon=coupon and coupon.id,
            coupon_code=coupon and coupon.code,
            expected_total=sale.expected_total,
            currency=shop.currency,
            confirmed_age=_ANY_AGE if sale.age_checked else 0,
            max_quantity=shop.max_quantity,
            by=by,
        )
        assert found is not None  # noqa: S101 - place_sale has always a row
        return Placed(*found)

    async def receipt(self, purchase: str) -> str:
        """Return the JSON of the receipt of a purchase that was handed over."""
        found: str = await self._manager.fetch_value(RECEIPT, purchase=purchase)
        return found
