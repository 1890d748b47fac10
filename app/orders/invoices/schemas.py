"""Invoices and credit notes, as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.web.schema import (
    Code,
    Date,
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Rate,
    Schema,
    SignedTotal,
    Sku,
)
from app.orders.schemas import LineDiscount, LineKind, Unit, VatOfRate

DocumentKind = Literal["invoice", "credit_note"]
DocumentNumber = Annotated[
    str,
    Field(
        description="Without gaps in each series and year; what is handed over at a till has the till's. Behind a restore a new series begins: `web261129223110`.",
        examples=["web-2026-000123"],
    ),
]
AddressLine = Annotated[Name, Field(examples=["Dolna 1"])]
VatId = Annotated[Name, Field(max_length=32, examples=["PL5260001246"])]


class Seller(Schema):
    """Who sold, as it was then."""

    name: str
    address: list[str]
    vat_id: str | None


class Buyer(Schema):
    """Who asks to be named on an invoice."""

    name: Name
    address: list[AddressLine] = Field(default_factory=list, max_length=6, description="Its lines.")
    vat_id: VatId | None = Field(default=None, description="Of a company.")


class DocumentLine(Schema):
    """So much of a purchase's line, and the money for it."""

    line: int = Field(description="The purchase's line.")
    kind: LineKind
    product: Sku | None = Field(description="The product's code, of goods.")
    deposit: Code | None = Field(description="The deposit's code, of a deposit.")
    name: Name
    unit: Unit
    quantity: QuantityOrZero = Field(
        description="0 in a credit note that only takes off the price."
    )
    bought: Quantity = Field(description="How much of it was bought.")
    best_before: Date | None = Field(description="The day that is on reduced goods.")
    list_price: SignedTotal = Field(description="What one unit cost without a discount.")
    unit_price: SignedTotal = Field(
        description="What one unit was charged at, VAT included: below 0 of a deposit that is given back."
    )
    discount: LineDiscount | None = Field(description="What made it less, if anything did.")
    label_price: Money | None = Field(
        description="The price that a label printed, which was charged instead."
    )
    coupon_reduction: Money = Field(description="What a coupon took off all that was bought of it.")
    vat_rate: Rate
    total: SignedTotal


class DocumentSummary(Schema):
    """A document, in short."""

    number: DocumentNumber
    kind: DocumentKind
    corrects: DocumentNumber | None = Field(
        description="Of a credit note, the invoice; null if there was none when the goods were handed over."
    )
    issued_on: Date = Field(description="The day, in the shop's time zone.")
    issued_at: Moment
    total: SignedTotal = Field(
        description="Below 0 of an invoice on more deposits given back than was bought."
    )


class Document(DocumentSummary):
    """An invoice, or a credit note on what was given back. It never changes, but for a buyer who asks to be named."""

    purchase: UUID
    purchase_number: int
    currency: str
    seller: Seller
    buyer: Buyer | None
    vat: list[VatOfRate] = Field(description="The VAT by rate, the lowest rate first.")
    lines: list[DocumentLine]


class Documents(Schema):
    """What was issued for a purchase, in order: the invoice first."""

    items: list[DocumentSummary]
