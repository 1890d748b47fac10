"""Discounts, as JSON."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.core.web.schema import (
    Code,
    Count,
    Date,
    Money,
    Name,
    PositiveMoney,
    Quantity,
    Rate,
    Schema,
    Sku,
    omitted,
    wrong,
)
from app.product.schemas import Listed

MOST_SHOWN = 100
"""How many products a preview shows."""

MOST_COUNTED = 1000
"""How many it counts."""


def _part(rate: Decimal) -> Decimal:
    if not 0 < rate < 1:
        raise wrong("must be greater than 0 and less than 1")
    return rate


DiscountRate = Annotated[Rate, AfterValidator(_part)]
"""A share of the price that is taken off: neither nothing nor everything."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekdays = Annotated[list[Weekday], Field(max_length=7)]
Buy = Annotated[int, Field(ge=2, le=1000, examples=[3])]
Pay = Annotated[int, Field(ge=1, le=999, examples=[2])]
Products = Annotated[list[Sku], Field(max_length=200)]
Codes = Annotated[list[Code], Field(max_length=200)]

_RATE = "Taken off the price of a unit, in place of anything else."
_AMOUNT = "Taken off the price of each unit; a cent is left at least."
_BUY = "So many pieces of one product cost as much as `pay` of them, or `price`. What is over costs its list price."
_PAY = "How many of `buy` pieces are paid."
_PRICE = "What `buy` pieces cost together."
_WEEKDAYS = "The days on which it applies; none for all."
_PRODUCTS = "By their codes, beside those that name it by theirs."
_CATEGORIES = "By their codes, with all below them."


class NewDiscount(Schema):
    """A discount to be known from now on: by `rate`, `amount`, `buy` and `pay`, or `buy` and `price`; on the products that name it, and on others."""

    code: Code
    name: Name
    rate: DiscountRate | None = Field(default=None, description=_RATE, examples=["0.1500"])
    amount: PositiveMoney | None = Field(default=None, description=_AMOUNT)
    buy: Buy | None = Field(default=None, description=_BUY)
    pay: Pay | None = Field(default=None, description=_PAY)
    price: PositiveMoney | None = Field(default=None, description=_PRICE)
    products: Products = Field(default_factory=list, description=_PRODUCTS)
    categories: Codes = Field(default_factory=list, description=_CATEGORIES)
    brands: Codes = Field(default_factory=list, description="By their codes.")
    starts_on: Date = Field(description="The first day on which it applies.")
    ends_on: Date | None = Field(
        default=None, description="The last day on which it applies; null for no end."
    )
    weekdays: Weekdays = Field(default_factory=list, description=_WEEKDAYS)


class DiscountChanges(Schema):
    """What of a discount changes, at once; `active: false` withdraws it."""

    name: Name = omitted()
    rate: DiscountRate | None = omitted()
    amount: PositiveMoney | None = omitted()
    buy: Buy | None = omitted()
    pay: Pay | None = omitted()
    price: PositiveMoney | None = omitted()
    products: Products = omitted()
    categories: Codes = omitted()
    brands: Codes = omitted()
    starts_on: Date = omitted()
    ends_on: Date | None = omitted()
    weekdays: Weekdays = omitted()
    active: bool = omitted()


class Discount(Listed):
    """What is taken off on all days, or weekdays, from starts_on through ends_on, in the shop's time zone."""

    rate: Rate | None = Field(description=_RATE)
    amount: PositiveMoney | None = Field(description=_AMOUNT)
    buy: Buy | None = Field(description=_BUY)
    pay: Pay | None = Field(description=_PAY)
    price: PositiveMoney | None = Field(description=_PRICE)
    products: list[Sku] = Field(description=_PRODUCTS)
    categories: list[Code] = Field(description=_CATEGORIES)
    brands: list[Code]
    starts_on: Date
    ends_on: Date | None
    weekdays: list[Weekday] = Field(description=_WEEKDAYS)


class PreviewedPrice(Schema):
    """What so much of a product costs today without a discount, and with it."""

    product: Sku
    name: Name
    quantity: Quantity = Field(description="1, or `buy` pieces.")
    total: Money = Field(description="With the other discounts that run today.")
    total_with: Money = Field(
        description="With this one too: not less where another takes off more."
    )


class Preview(Schema):
    """What a discount does to prices, or would if it ran today."""

    count: Count = Field(description=f"Of how many products on sale, up to {MOST_COUNTED:,}.")
    more: bool = Field(description="Whether they are more.")
    items: list[PreviewedPrice] = Field(description=f"The first {MOST_SHOWN} by name.")
