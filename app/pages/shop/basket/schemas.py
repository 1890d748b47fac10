"""What the forms of the basket send."""

from pydantic import Field

from app.core.web.schema import (
    Date,
    Id,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
)
from app.orders.checkout.schemas import CheckoutRequest


class Addition(Schema):
    """Something to be put into the basket."""

    product: Sku
    quantity: Quantity
    best_before: Date | None = None


class Amount(Schema):
    """How much of a product is to be in the basket; 0 is none of it."""

    product: Sku
    quantity: QuantityOrZero


class Line(Schema):
    """A line of the basket."""

    line: Id


class Coupon(Schema):
    """A coupon; none takes away the one that is there."""

    coupon: str = Field(default="", max_length=60)


class Order(CheckoutRequest):
    """Who will collect the purchase and when, and what the page said that it costs."""

    key: str = Field(
        pattern=r"^[a-f0-9]{32}$", description="The same each time that this form is sent."
    )
