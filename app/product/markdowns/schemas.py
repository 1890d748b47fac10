"""Markdowns, and the reduced goods that follow from them, as JSON."""

from typing import Annotated

from pydantic import Field

from app.core.web.schema import (
    Code,
    Date,
    Name,
    PositiveMoney,
    Quantity,
    Rate,
    Schema,
    Sku,
    omitted,
)
from app.product.discounts.schemas import DiscountRate
from app.product.images.schemas import ImagePaths
from app.product.products.schemas import BrandName, Unit
from app.product.schemas import Listed

DaysLeft = Annotated[
    int,
    Field(
        ge=0, le=365, description="When a lot has so many days left or fewer; 0 is its last day."
    ),
]


class NewMarkdown(Schema):
    """A rule to hold from now on, for what is in a category or below it."""

    code: Code
    name: Name = Field(examples=["Dairy, two days left"])
    category: Code = Field(description="The category's code.")
    days_left: DaysLeft
    rate: DiscountRate = Field(examples=["0.3000"])


class MarkdownChanges(Schema):
    """What of a rule changes, at once; `active: false` withdraws it."""

    name: Name = omitted()
    category: Code = omitted()
    days_left: DaysLeft = omitted()
    rate: DiscountRate = omitted()
    active: bool = omitted()


class Markdown(Listed):
    """What goods of a category cost less by when so many days are left.

    Of several rules those of the nearest category hold, and of these the one with the fewest days.
    """

    category: Code
    days_left: DaysLeft
    rate: Rate


class ReducedProduct(Schema):
    """A product, in short."""

    code: Sku
    name: Name
    brand: BrandName | None
    image: ImagePaths | None
    unit: Unit


class ReducedGoods(Schema):
    """What is close to its last day, and what it costs by its own price."""

    product: ReducedProduct
    best_before: Date = Field(description="The day that is on them, by which a cart names them.")
    price: PositiveMoney = Field(description="What one unit costs today, VAT included.")
    list_price: PositiveMoney
    rate: Rate
    quantity: Quantity = Field(description="How much can be sold today, in the unit.")
