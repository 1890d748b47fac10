"""What carts and purchases have in common, as JSON."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.web.schema import Code, Money, Name, Rate, Schema, SignedTotal

Unit = Literal["piece", "kg", "litre"]
LineKind = Annotated[
    Literal["goods", "deposit", "deposit_return"],
    Field(description="`deposit_return` is a deposit that was given back at the counter."),
]
Offer = Annotated[
    Literal["regular", "reduced"],
    Field(description="`reduced` is what is close to its day, at a price of its own."),
]


class LineDiscount(Schema):
    """The discount that made a line's price: by a rate or an amount off each unit, or `buy` pieces for `pay` of them or a `price`."""

    code: Code
    name: Name
    rate: Rate | None
    amount: Money | None
    buy: int | None
    pay: int | None
    price: Money | None


class VatOfRate(Schema):
    """All that is charged at one rate of VAT, and the VAT in it: rounded once, half up."""

    rate: Rate
    gross: SignedTotal = Field(description="The sum of the lines at this rate, VAT included.")
    net: SignedTotal = Field(description="The same without VAT.")
    vat: SignedTotal = Field(description="The VAT: gross less net.")


def old_number() -> Any:
    """Return what a purchase's `number` was called before there were invoices; for clients of then."""
    return Field(
        description="The same as `number`, under its former name.",
        json_schema_extra={"deprecated": True},
    )
