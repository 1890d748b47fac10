"""The movements of a product with what there was behind each, as JSON."""

from uuid import UUID

from pydantic import Field

from app.core.web.schema import Id, Moment, QuantityOrZero, Schema, SignedQuantity
from app.inventory.stock.schemas import Kind, RequestCode


class LedgerEntry(Schema):
    """A movement, and what there was then."""

    id: Id
    at: Moment
    kind: Kind
    quantity: SignedQuantity = Field(description="What came, or, below 0, what went.")
    balance: QuantityOrZero = Field(description="What there was of the product behind it.")
    lot: Id
    reason: str
    note: str | None
    by: str | None = Field(description="The e-mail address of who did it.")
    purchase: UUID | None
    purchase_number: int | None
    invoice_request: RequestCode | None
    count: str | None = Field(description="The count that found it.", examples=["CT-000001"])
