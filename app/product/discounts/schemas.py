"""Discounts, as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.web.schema import Code, Date, Name, Rate, Schema, omitted, wrong
from app.product.schemas import Listed


def _part(rate: Decimal) -> Decimal:
    if not 0 < rate < 1:
        raise wrong("must be greater than 0 and less than 1")
    return rate


DiscountRate = Annotated[Rate, AfterValidator(_part)]
"""A share of the price that is taken off: neither nothing nor everything."""


class NewDiscount(Schema):
    """A discount to be known from now on; products name it by its code."""

    code: Code
    name: Name
    rate: DiscountRate = Field(examples=["0.1500"])
    starts_on: Date = Field(description="The first day on which it applies.")
    ends_on: Date | None = Field(
        default=None, description="The last day on which it applies; null for no end."
    )


class DiscountChanges(Schema):
    """What of a discount changes, at once; `active: false` withdraws it."""

    name: Name = omitted()
    rate: DiscountRate = omitted()
    starts_on: Date = omitted()
    ends_on: Date | None = omitted()
    active: bool = omitted()


class Discount(Listed):
    """A rate off the price, on all days from starts_on through ends_on, in the shop's time zone."""

    rate: Rate
    starts_on: Date
    ends_on: Date | None
