"""Checkout, as JSON."""

from pydantic import Field

from app.core.web.schema import Moment, Money, Name, Phone, Schema
from app.product.food.schemas import MinAge


class CheckoutRequest(Schema):
    """Who will collect the purchase, and what it may cost."""

    contact_name: Name | None = Field(
        default=None, description="A guest must give it; a customer's own is the default."
    )
    contact_phone: Phone | None = Field(
        default=None, description="A guest must give it; a customer's own is the default."
    )
    confirmed_age: MinAge | None = Field(
        default=None,
        description="The age in years that the buyer says to have, where the goods ask for one.",
    )
    slot: Moment | None = Field(
        default=None,
        description="When it will be collected: the `start` of one of `GET /api/v1/slots`, where the shop has them.",
    )
    expected_total: Money | None = Field(
        default=None, description="Refuse, with the new total, if the cart's total is not this."
    )
