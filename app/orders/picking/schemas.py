"""Picking, as JSON."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.core.web.paging import PageQuery, Scalar
from app.core.web.schema import (
    Date,
    Email,
    Id,
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
)
from app.orders.schemas import Offer, Unit
from app.orders.slots.schemas import PurchaseSlot


class PickingQuery(PageQuery):
    """Which purchases to list of those that are to be picked."""

    slot: Moment | None = Field(
        default=None, description="To be collected in the slot with this start."
    )
    paid: bool = Field(default=False, description="`true` lists those alone that are paid in full.")

    def filters(self, behind: Sequence[Scalar] | None) -> dict[str, Any]:
        """Return the parameters of the list's statement, for the page `behind` that sort key."""
        due_at, placed_at, key = behind or (None, None, None)
        return {
            "slot": self.slot,
            "paid": self.paid,
            "limit": self.limit + 1,
            "behind_due": due_at,
            "behind_at": placed_at,
            "behind_id": key,
        }


class PickingOrder(Schema):
    """A purchase that is to be picked, in short."""

    id: UUID
    number: int
    status: Literal["placed", "picking", "ready"]
    contact_name: Name
    contact_phone: str | None
    slot: PurchaseSlot | None
    placed_at: Moment
    pay_by: Moment
    due: Money = Field(description="What is still to be paid.")
    lines: int = Field(description="Of goods that were ordered.")
    picker: Email | None = Field(description="Who picks it, or did.")
    picking_since: Moment | None


class PickingLot(Schema):
    """So much of a lot."""

    lot: Id
    expires_on: Date | None
    quantity: Quantity


class PickingLine(Schema):
    """Goods to fetch, and where they are promised from; or what was fetched instead of some."""

    line: int
    product: Sku
    name: Name
    gtin: str | None
    unit: Unit
    offer: Offer
    best_before: Date | None = Field(description="The day that is on reduced goods.")
    ordered: Quantity | None = Field(description="What was ordered; null of a substitute.")
    quantity: QuantityOrZero = Field(description="What is charged so far.")
    most: Quantity | None = Field(
        description="So much may come without asking the buyer; null of a substitute."
    )
    label_price: Money | None = Field(
        description="The price that its label printed: it is there or struck, never in part."
    )
    substitute: bool = Field(description="Whether the buyer welcomes something like it.")
    substitute_for: int | None = Field(description="The line that it came instead of.")
    lots: list[PickingLot] = Field(
        description="What it is promised from, what expires first in front."
    )


class PickingSheet(PickingOrder):
    """A purchase that waits, for who picks it."""

    goods: list[PickingLine]


class ClaimRequest(Schema):
    """Who claims it picks it."""

    take_over: bool = Field(default=False, description="Whether to take it from who picks it now.")


class PickedLot(Schema):
    """So much of a lot is in the picker's hand."""

    lot: Id
    quantity: Quantity


class PickedSubstitute(Schema):
    """So much of a product came instead."""

    product: Sku
    quantity: Quantity
    lots: list[PickedLot] = Field(
        default_factory=list,
        max_length=2,
        description="Exactly these; by default, what expires first.",
    )


class PickedLine(Schema):
    """What came of a line."""

    line: Id = Field(description="The purchase's line, of goods that were ordered.")
    quantity: QuantityOrZero = Field(description="All that came of it; 0 strikes it.")
    lots: list[PickedLot] = Field(
        default_factory=list,
        max_length=4,
        description="From exactly these lots, whatever they are promised to; by default, from those that it is promised from.",
    )
    substitutes: list[PickedSubstitute] = Field(
        default_factory=list, max_length=2, description="What came instead of what lacks."
    )
    agreed: bool = Field(
        default=False,
        description="Whether the buyer was asked, and said yes: to more than may come, or to substitutes at their full price.",
    )


class PickRequest(Schema):
    """All that came, of what was ordered. Lines that are not named came as they were ordered."""

    lines: list[PickedLine] = Field(default_factory=list, max_length=150)
