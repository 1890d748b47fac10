"""What is put right about lots, called back and about to expire, as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.web.paging import Page, PageQuery
from app.core.web.schema import (
    Code,
    Date,
    Id,
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Rate,
    Reason,
    Schema,
    Sku,
    Total,
    UnitCost,
    omitted,
)
from app.inventory.stock.schemas import Lot, LotCode, StockedProduct


class LotChanges(Schema):
    """What is put right about a lot, and why."""

    expires_on: Date | None = omitted()
    unit_cost: UnitCost = omitted()
    supplier: Code | None = omitted()
    lot_code: LotCode | None = omitted()
    reason: Reason


class Correction(Schema):
    """What was put right about a lot."""

    id: Id
    field: str = Field(examples=["expires_on"])
    was: str | None
    becomes: str | None
    reason: str
    by: str | None = Field(description="The e-mail address of who did it.")
    at: Moment


class RecallQuery(PageQuery):
    """What is called back: nothing, unless it is named by its code or by a lot of ours."""

    lot_code: LotCode | None = Field(default=None, description="What the manufacturer calls it.")
    lot: Id | None = None
    product: Sku | None = None


class RecalledPurchase(Schema):
    """A purchase that has, or was promised, some of what is called back."""

    id: UUID
    number: int
    status: Literal["placed", "picking", "ready", "collected"]
    quantity: Quantity = Field(
        description="Of the lots that are called back, all together, and whatever came back: nobody knows from which lot."
    )
    products: list[Sku]
    customer: Id | None = Field(description="null: a guest's, or a sale at the counter.")
    contact_name: Name | None
    contact_phone: str | None
    placed_at: Moment
    collected_at: Moment | None


class RecallPage(Page[RecalledPurchase]):
    """What is called back, and the purchases that have some of it, newest first."""

    lots: list[Lot]


class ExpiringQuery(PageQuery):
    """Which lots are close to their day."""

    days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=7, description="Behind today; what has expired is always there."
    )


class ExpiringLot(Schema):
    """A lot that has expired or is about to."""

    lot: Id
    product: StockedProduct
    expires_on: Date
    expired: bool
    on_hand: Quantity
    free: QuantityOrZero = Field(description="What of it is promised to nobody.")
    value: Total = Field(description="What on_hand cost.")
    daily_sales: QuantityOrZero = Field(
        description="Of the product, less what came back, on average over the last 28 days."
    )
    left_over: QuantityOrZero = Field(
        description="What will be left on the evening of its day if it goes on so, the first to expire first."
    )
    reduced_rate: Rate | None = Field(description="By which a rule reduces it today.")
    reduced_price: Money | None
