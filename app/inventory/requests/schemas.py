"""Invoice requests and their receipt, as JSON."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Date,
    Moment,
    Quantity,
    QuantityOrZero,
    Reason,
    Schema,
    Sku,
    Text,
    Total,
    UnitCost,
    omitted,
)
from app.inventory.articles.schemas import ArticleNumber, SupplierName
from app.inventory.stock.schemas import Lot, LotCode, RequestCode, StockedProduct
from app.product.barcodes.schemas import ShortBarcode
from app.product.discounts.schemas import Weekday

Status = Literal["draft", "sent", "partly_received", "received", "cancelled"]
_EXPECTED = "When it should come."


class NewInvoiceRequestLine(Schema):
    """One product to ask for."""

    product: Sku = Field(description="The product's code; each product once in a request.")
    quantity: Quantity = Field(description="In the product's unit; pieces are whole.")
    unit_cost: UnitCost | None = Field(
        default=None,
        description="What one unit costs, without VAT; the supplier's article says it, if it is left out.",
    )


NewLines = Annotated[list[NewInvoiceRequestLine], Field(min_length=1, max_length=200)]


class NewInvoiceRequest(Schema):
    """What to ask a supplier for."""

    code: RequestCode | None = Field(
        default=None, description="Made by the shop, like IR-000042, if none is given."
    )
    supplier: Code
    status: Literal["draft", "sent"] = Field(
        default="sent", description="What is a draft is sent later, by `POST …/send`."
    )
    note: Text = ""
    expected_on: Date | None = Field(
        default=None,
        description="When it should come. When it is sent, the supplier's `lead_days` and `delivery_days` say so,"
        " if nobody has.",
    )
    lines: NewLines


class InvoiceRequestChanges(Schema):
    """What of an invoice request changes: lines are replaced as a whole."""

    note: Text = omitted()
    expected_on: Date | None = omitted()
    lines: NewLines = omitted()
    status: Literal["cancelled"] = omitted()


class Why(Schema):
    """The figures that a proposed quantity follows from; quantities are in the product's unit."""

    method: Literal["sales", "reorder_level"]
    sells: dict[Weekday, QuantityOrZero] = Field(
        description="What sells on each weekday, on the average of the days counted."
    )
    days_counted: int = Field(description="Of the last 56 days, those that say what sells.")
    days_without_stock: int = Field(
        description="And those that do not, as nothing was left in the evening."
    )
    delivery_on: Date = Field(description="When it should come.")
    next_delivery_on: Date = Field(description="Until when it has to last: the delivery after it.")
    sells_before: QuantityOrZero = Field(description="What sells from today until it comes.")
    sells_until_next: QuantityOrZero = Field(
        description="What sells from then until the next delivery."
    )
    safety: QuantityOrZero = Field(
        description="What is kept in case that more sells than on average."
    )
    sells_before_expiry: QuantityOrZero | None = Field(
        description="What of it sells before it expires; null for what keeps."
    )
    on_hand: QuantityOrZero
    promised: QuantityOrZero
    available: QuantityOrZero = Field(
        description="What of on_hand can be sold: neither promised, nor expired, nor reduced."
    )
    on_order: QuantityOrZero = Field(
        description="What was asked for and has not come, with what is in drafts of staff's."
    )
    reorder_level: QuantityOrZero
    pack: Quantity
    least_quantity: QuantityOrZero


class InvoiceRequestLine(Schema):
    """How much of one product was asked for, and how much of that has come."""

    product: StockedProduct
    article_number: ArticleNumber | None = Field(description="What the supplier calls it.")
    pack: Quantity | None = Field(
        description="How much is in what it delivers as one, in the product's unit."
    )
    packs: QuantityOrZero | None = Field(
        description="How many of these were asked for. The supplier says what becomes of a part of one.",
        examples=["2.000"],
    )
    quantity: Quantity
    received: QuantityOrZero
    rejected: QuantityOrZero = Field(description="What came and was not taken: it is still open.")
    unit_cost: UnitCost
    why: Why | None = Field(description="Of what was proposed.")


class DeliveryDeviation(Schema):
    """What came and was not taken, or was taken though it was more than was asked for."""

    product: Sku
    kind: Literal["rejected", "over_delivered"]
    quantity: Quantity
    reason: Reason
    by: str | None = Field(description="The e-mail address of who received it.")
    at: Moment


class InvoiceRequest(Schema):
    """What was asked of a supplier."""

    code: RequestCode
    supplier: SupplierName
    status: Status
    note: Text
    sent_at: Moment | None
    expected_on: Date | None = Field(description=_EXPECTED)
    proposed: bool = Field(description="Whether the shop proposed it, and nobody has changed it.")
    total: Total = Field(description="What it comes to, without VAT.")
    below_least_order: bool = Field(
        description="Whether that is less than the supplier's `least_order`."
    )
    lines: list[InvoiceRequestLine]
    deviations: list[DeliveryDeviation]
    version: Count
    created_at: Moment
    updated_at: Moment


class InvoiceRequestQuery(PageQuery):
    """Which invoice requests to list."""

    status: Status | None = None
    supplier: Code | None = Field(default=None, description="The supplier's code.")
    overdue: bool = Field(
        default=False,
        description="`true` lists what was sent, should have come by yesterday and has not, the longest first.",
    )


class ReceivedLine(Schema):
    """What came of one product with one expiry date: a lot. What is in a scanned code need not be said."""

    product: Sku | None = None
    code: (
        Annotated[
            ShortBarcode,
            Field(
                description="What a scanner read, of up to 110 characters. It names the product, and of GS1's element strings"
                " the lot (10) and the last day (17, else 15) count.",
                examples=["010210050000010917270131"],
            ),
        ]
        | None
    ) = None
    quantity: QuantityOrZero = Field(
        description="What was taken, in the product's unit; 0 if all of it was rejected."
    )
    rejected: Quantity | None = Field(
        default=None, description="What came with it and was not taken; it needs a reason."
    )
    reason: Reason | None = Field(
        default=None,
        description="Why something was rejected, or more was taken than was asked for.",
    )
    expires_on: Date | None = Field(
        default=None,
        description="The last day on which it may be sold; today or later. It is needed where the product has"
        " `shelf_life_days`.",
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
