"""Sessions at a till, as JSON, and the books of payments."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Id,
    Moment,
    Money,
    PositiveMoney,
    Reason,
    Schema,
    SignedTotal,
    Text,
    Total,
)
from app.orders.purchases.schemas import Method, Payment, TillName
from app.orders.schemas import VatOfRate

Note = Annotated[Text, Field(max_length=200)]


class NewTillSession(Schema):
    """The drawer that is opened, and what is in it."""

    till: TillName = Field(
        description="The drawer's name, and the series of its invoices.", examples=["front"]
    )
    float: Money = Field(description="The cash that is in it to give change.")


class NewCashMovement(Schema):
    """Cash that is put into the drawer or taken out, and is no sale's."""

    kind: Literal["pay_in", "pay_out"]
    amount: PositiveMoney
    reason: Reason


class CashMovement(NewCashMovement):
    """Cash that was put into the drawer or taken out."""

    id: int
    at: Moment


class TillCount(Schema):
    """What was counted in the drawer."""

    counted: Money
    note: Note = Field(default="", description="Why it is not what was expected.")


class Takings(Schema):
    """What came and went by one method."""

    method: Method
    payments: int = Field(description="How many there were.")
    taken: Total
    refunds: int
    refunded: Total


class TillSession(Schema):
    """What happens at a drawer from its float to its count: an X report while it is open, then the Z report."""

    id: int
    till: Code
    status: Literal["open", "closed"]
    number: int | None = Field(description="The Z report's: without gaps at its till.")
    float: Money
    takings: list[Takings] = Field(description="By method: cash, card, transfer.")
    rounding: SignedTotal = Field(
        description="By how much more was taken than was owed, as cash is rounded."
    )
    vat: list[VatOfRate] = Field(
        description="The VAT by rate of what was handed over here, less what was given back here."
    )
    invoiced: SignedTotal = Field(
        description="The invoices less the credit notes of the till: what was taken, less what was refunded, plus `redeemed`, less `prepaid`."
    )
    prepaid: Total = Field(description="Taken here for what was not handed over here.")
    redeemed: Total = Field(
        description="Handed over here, or given back of it, and paid elsewhere or before."
    )
    movements: list[CashMovement]
    expected: SignedTotal = Field(description="The cash that should be in the drawer.")
    counted: Money | None
    difference: SignedTotal | None = Field(
        description="What was counted less what was expected: below 0 where cash is missing."
    )
    note: str
    opened_at: Moment
    closed_at: Moment | None


class TillSessionSummary(Schema):
    """A session at a till, in short."""

    id: int
    till: Code
    status: Literal["open", "closed"]
    number: int | None
    float: Money
    expected: SignedTotal | None = Field(description="Null while it is open.")
    counted: Money | None
    difference: SignedTotal | None
    opened_at: Moment
    closed_at: Moment | None


class TillSessionQuery(PageQuery):
    """Which sessions to list, the newest first."""

    till: Code | None = None
    open: bool = Field(default=False, description="`true` lists those that are open.")


class BookedPayment(Payment):
    """Money that was taken for a purchase or given back, and which."""

    purchase: UUID
    purchase_number: int
    till: Code | None = Field(description="The till that it was at, if it was at one.")


class PaymentQuery(PageQuery):
    """Which payments to list, the newest first: by when money moved, not by when anything was ordered."""

    since: Moment | None = Field(default=None, description="At that moment or later.")
    until: Moment | None = Field(default=None, description="Before that moment.")
    session: Id | None = Field(default=None, description="Those of a session at a till.")
