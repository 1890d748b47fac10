"""What carts and purchases have in common, as JSON."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.web.schema import Rate, Schema, Total

Unit = Literal["piece", "kg", "litre"]
Offer = Annotated[
    Literal["regular", "reduced"],
    Field(description="`reduced` is what is close to its day, at a price of its own."),
]


class VatOfRate(Schema):
    """All that is charged at one rate of VAT, and the VAT in it: rounded once, half up."""

    rate: Rate
    gross: Total = Field(description="The sum of the lines at this rate, VAT included.")
    net: Total = Field(description="The same without VAT.")
    vat: Total = Field(description="The VAT: gross less net.")
