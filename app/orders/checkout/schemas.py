"""Checkout, as JSON."""

from pydantic import Field

from app.core.web.schema import Money, Name, Phone, Schema


class CheckoutRequest(Schema):
    """Who will collect the purchase, and what it may cost."""

    contact_name: Name | None = Field(
        default=None, description="A guest must give it; a customer's own is the default."
    )
    contact_phone: Phone | None = Field(
        default=None, description="A guest must give it; a customer's own is the default."
    )
    expected_total: Money | None = Field(
        default=None, description="Refuse, with the new total, if the cart's total is not this."
    )
