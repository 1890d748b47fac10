"""Refunds, as JSON."""

from typing import Literal

from pydantic import Field

from app.core.web.schema import Id, Money, PositiveMoney, Quantity, QuantityOrZero, Reason, Schema
from app.orders.purchases.schemas import Method, Payment, Reference, Till


class ReturnedItem(Schema):
    """So much of the goods of a line, brought back."""

    line: Id = Field(description="The purchase's line.")
    quantity: Quantity


class RefundedLine(Schema):
    """So much of a line that money is given back for, and what becomes of the goods."""

    line: Id = Field(description="The purchase's line, of goods or a deposit.")
    quantity: QuantityOrZero = Field(
        description="0 takes off the price alone, with an `amount` and no goods."
    )
    goods: Literal["restock", "waste", "none"] = Field(
        description="`restock`: they come back and are sold again. `waste`: they come back and are thrown away."
        " `none`: nothing comes back."
    )
    amount: Money | None = Field(
        default=None,
        description="What is given back: by default what was charged for so much of the line.",
    )


class RefundRequest(Schema):
    """What is given back: for `lines`, or an `amount`, which all lines share."""

    lines: list[RefundedLine] = Field(
        default_factory=list, max_length=500, description="Of a purchase that was collected."
    )
    amount: PositiveMoney | None = Field(default=None, description="Where no lines are named.")
    method: Method | None = Field(
        default=None,
        description="By default, each as it was paid. More by a method than was paid by it takes `refunds:confirm`.",
    )
    reference: Reference = ""
    till: Till = None
    reason: Reason
    returned: list[ReturnedItem] = Field(
        default_factory=list,
        max_length=1000,
        description="With an `amount`: what goes back into stock, of a purchase that was collected.",
    )


class Refund(Schema):
    """What was given back."""

    amount: Money
    credit_note: str | None = Field(
        description="Its number, of a purchase that was collected.", examples=["web-2026-000124"]
    )
    payments: list[Payment] = Field(description="The money, by method; none if nothing was due.")
