"""Purchases, payments and refunds, as JSON."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.core.web.paging import PageQuery, Scalar
from app.core.web.schema import (
    Code,
    Date,
    Moment,
    Money,
    Name,
    PositiveMoney,
    QuantityOrZero,
    Rate,
    Schema,
    SignedTotal,
    Sku,
    Text,
    wrong,
)
from app.orders.invoices.numbers import is_web
from app.orders.purchases.searching import looked_for
from app.orders.schemas import LineDiscount, LineKind, Offer, Unit, VatOfRate, old_number
from app.orders.slots.schemas import PurchaseSlot
from app.orders.states import WAITING
from app.product.food.schemas import MinAge

Status = Literal["placed", "picking", "ready", "collected", "cancelled"]
ListedStatus = Literal[Status, "waiting"]
Method = Literal["cash", "card", "transfer"]
Reference = Annotated[Text, Field(max_length=120, examples=["terminal 2, slip 4711"])]


def _not_web(value: str) -> str:
    if is_web(value):
        raise wrong("must be another name: invoices of what is ordered are numbered so")
    return value


TillName = Annotated[Code, AfterValidator(_not_web)]
"""What a till may be called. A session of another name, of before, can be closed."""

Till = Annotated[
    TillName | None,
    Field(description="The till that it was at, whose open session counts it.", examples=["front"]),
]


class PurchaseLine(Schema):
    """Goods, or the deposit on them; as they were at checkout, whatever the catalogue says now, but for what was picked."""

    id: int = Field(description="The line's, which refunds name.")
    kind: LineKind
    product: Sku | None = Field(description="The product's code, of goods.")
    deposit: Code | None = Field(description="The deposit's code, of a deposit.")
    deposit_of: int | None = Field(description="The line of the goods that the deposit is for.")
    offer: Offer
    best_before: Date | None = Field(description="The day that is on reduced goods.")
    name: Name
    unit: Unit
    quantity: QuantityOrZero = Field(
        description="What is charged: what was picked, 0 where it was out; until then what was ordered."
    )
    ordered: QuantityOrZero | None = Field(description="What was ordered; null of a substitute.")
    substitute_for: int | None = Field(
        description="The line that this came instead of; the deposit on it says so too."
    )
    list_price: SignedTotal
    discount_rate: Rate
    unit_price: SignedTotal = Field(
        description="What one unit was charged at, VAT included: below 0 of a deposit that is given back."
    )
    discount: LineDiscount | None = Field(description="What made it less, if anything did.")
    label_price: Money | None = Field(
        description="The price that a label printed, which was charged instead."
    )
    vat_rate: Rate
    vat_amount: SignedTotal = Field(
        description="Its part of the VAT of its rate: all parts together make what `vat` says."
    )
    coupon_reduction: Money = Field(description="Its part of what the coupon took off.")
    total: SignedTotal = Field(description="What was charged for the line.")
    returned: QuantityOrZero = Field(description="How much of it came back.")
    substitute: bool = Field(description="Whether the buyer welcomes something like it.")


class Payment(Schema):
    """Money taken for a purchase, or given back."""

    id: int
    kind: Literal["payment", "refund"]
    method: Method
    amount: Money
    rounding: SignedTotal = Field(
        description="By how much more than `amount` was handed over, as cash is rounded."
    )
    tendered: Money | None = Field(description="The cash that was handed over for it.")
    change: Money | None = Field(description="What of that was given back.")
    session: int | None = Field(description="The session at a till in which it was, if it was.")
    reference: str
    reason: str
    at: Moment


class RedeemedCoupon(Schema):
    """A coupon, and what it took off."""

    code: str
    name: Name
    reduction: Money


class Purchase(Schema):
    """What was bought. It waits to be paid, picked and collected, and then is collected or cancelled."""

    id: UUID
    number: int = Field(description="The purchase's. Invoices have numbers of their own.")
    invoice_number: int = old_number()
    status: Status
    contact_name: Name | None = Field(
        description="Null of a sale at the counter, and of what is so old that it was forgotten."
    )
    contact_phone: str | None
    currency: str
    total: SignedTotal
    ordered_total: SignedTotal = Field(description="What it came to when it was placed.")
    ceiling: SignedTotal = Field(
        description="What it may come to without asking the buyer, as what is weighed may be more than was ordered."
    )
    vat_total: SignedTotal = Field(description="The VAT within the total.")
    coupon: RedeemedCoupon | None
    vat: list[VatOfRate] = Field(description="The VAT by rate, the lowest rate first.")
    paid: Money
    refunded: Money
    due: Money = Field(description="What is still to be paid before it can be collected.")
    owed: Money = Field(
        description="What must be given back before it can be collected, as less was picked than was paid for."
    )
    lines: list[PurchaseLine]
    payments: list[Payment]
    placed_at: Moment
    pay_by: Moment = Field(description="When it is cancelled if nothing was paid.")
    collect_by: Moment | None = Field(
        description="When the shop may cancel it if nobody has come, of what is paid and waits."
    )
    slot: PurchaseSlot | None = Field(description="When it is collected, if the shop has slots.")
    picked_at: Moment | None = Field(description="When it was ready.")
    collected_at: Moment | None
    cancelled_at: Moment | None
    cancel_reason: str | None
    min_age: MinAge | None = Field(description="The age that its buyer must have.")
    age_checked: bool = Field(description="Whether somebody looked, at hand-over.")
    version: int


class PurchaseQuery(PageQuery):
    """Which purchases to list: the newest first, but those to be collected the oldest first."""

    status: ListedStatus | None = Field(
        default=None,
        description="`waiting` is the till's queue: all that are `placed`, which nobody picks yet, `picking`, which somebody"
        " does, or `ready`. These come the oldest first.",
    )
    overdue: bool = Field(
        default=False,
        description="`true` lists those, the oldest first, whose time to pay is over and of which"
        " something is still due. `tidy` cancels those that nothing was paid for and nobody picks; the rest keeps its"
        " stock until it is paid or cancelled, which refunds what was paid.",
    )
    abandoned: bool = Field(
        default=False,
        description="`true` lists those, the oldest first, that are paid, and whose `collect_by` is over.",
    )
    short: bool = Field(
        default=False,
        description="`true` lists those, the oldest first, that wait for goods which have expired and that nothing can"
        " replace: `GET /api/v1/stock/shortages` says which.",
    )
    since: Moment | None = Field(default=None, description="Placed at this time or later.")
    until: Moment | None = Field(default=None, description="Placed before this time.")
    slot: Moment | None = Field(
        default=None, description="To be collected in the slot with this start."
    )
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="Part of the contact's name or telephone number, or the purchase's number; one or two figures are"
        " that number alone. Where very many have it, and of one or two letters, a page looks at the next five"
        " thousand purchases: it may end before it is full, or be empty, and have a `next` all the same.",
    )

    @property
    def oldest_first(self) -> bool:
        """Whether it is a list of what somebody has to see to."""
        return self.overdue or self.abandoned or self.short or self.status in {*WAITING, "waiting"}

    def filters(self, behind: Sequence[Scalar] | None) -> dict[str, Any]:
        """Return the parameters of the list's statement, for the page `behind` that sort key."""
        behind_at, behind_id = behind or (None, None)
        return {
            "status": self.status,
            "overdue": self.overdue or None,
            "abandoned": self.abandoned or None,
            "short": self.short or None,
            "since": self.since,
            "until": self.until,
            "slot": self.slot,
            "limit": self.limit + 1,
            "behind_at": behind_at,
            "behind_id": behind_id,
            **looked_for(self.q),
        }


def of_cash(value: Decimal | None, info: ValidationInfo) -> Decimal | None:
    """Return what was tendered, of a request with a `method` in front of it. Refuses it where that is not cash."""
    if value is not None and info.data.get("method") not in {"cash", None}:
        raise wrong("is of cash")
    return value


class PaymentRequest(Schema):
    """Money that was taken."""

    amount: PositiveMoney
    method: Method
    reference: Reference = ""
    till: Till = None
    tendered: PositiveMoney | None = Field(
        default=None,
        description="The cash that was handed over for it: the answer says the change.",
    )

    _of_cash = field_validator("tendered")(of_cash)


class CollectQuery(Schema):
    """What was looked at before the goods are handed over, and where."""

    age_checked: bool = Field(
        default=False, description="Whether the buyer is seen to have the purchase's `min_age`."
    )
    till: Till = None
