"""Invoice requests and their receipt, as JSON."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Date,
    Moment,
    Name,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
    Text,
    UnitCost,
    omitted,
)
from app.inventory.stock.schemas import Lot, LotCode, RequestCode, StockedProduct

Status = Literal["open", "partly_received", "received", "cancelled"]


class NewInvoiceRequestLine(Schema):
    """One product to ask for."""

    product: Sku = Field(description="The product's code; each product once in a request.")
    quantity: Quantity = Field(description="In the product's unit; pieces are whole.")
    unit_cost: UnitCost = Field(description="What one unit costs, without VAT.")


NewLines = Annotated[list[NewInvoiceRequestLine], Field(min_length=1, max_length=200)]


class NewInvoiceRequest(Schema):
    """What to ask a supplier for."""

    code: RequestCode | None = Field(
        default=None, description="Made by the shop, like IR-000042, if none is given."
    )
    supplier: Code
    note: Text = ""
    lines: NewLines


class InvoiceRequestChanges(Schema):
    """What of an invoice request changes: lines are replaced as a whole."""

    note: Text = omitted()
    lines: NewLines = omitted()
    status: Literal["cancelled"] = omitted()


class SupplierName(Schema):
    """A supplier, in short."""

    code: Code
    name: Name


class InvoiceRequestLine(Schema):
    """How much of one product was asked for, and how much of that has come."""

    product: StockedProduct
    quantity: Quantity
    received: QuantityOrZero
    unit_cost: UnitCost


class InvoiceRequest(Schema):
    """What was asked of a supplier."""

    code: RequestCode
    supplier: SupplierName
    status: Status
    note: Text
    lines: list[InvoiceRequestLine]
    version: Count
    created_at: Moment
    updated_at: Moment


class InvoiceRequestQuery(PageQuery):
    """Which invoice requests to list."""

    status: Status | None = None
    supplier: Code | None = Field(default=None, description="The supplier's code.")


class ReceivedLine(Schema):
    """What came of one product with one expiry date: a lot."""

    product: Sku
    quantity: Quantity
    expires_on: Date | None = Field(
        default=None, description="The last day on which it may be sold; today or later."
    )
    lot_code: LotCode | None = Field(
        default=None, description="What the manufacturer calls the lot."
    )
    unit_cost: UnitCost | None = Field(
        default=None, description="The request's own unit cost, if none is given."
    )


class Delivery(Schema):
    """What came; a product with two expiry dates has two lines."""

    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Everything that is still open, if left out."
    )


class Receipt(Schema):
    """The invoice request after a delivery, and the lots that were made of it."""

    invoice_request: InvoiceRequest
    lots: list[Lot]
