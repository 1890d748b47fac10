"""Lots, levels and movements of stock, as JSON."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Date,
    Id,
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Reason,
    Schema,
    SignedQuantity,
    Sku,
    UnitCost,
    wrong,
)

Unit = Literal["piece", "kg", "litre"]
Kind = Literal["receipt", "sale", "return", "waste", "adjustment"]
RequestCode = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", examples=["IR-000042"])
]
"""What names an invoice request in a URL; capital letters count."""
LotCode = Annotated[str, Field(pattern=r"""^[!"%-?A-Z_a-z]{1,20}$""", examples=["L2417B"])]
"""What a manufacturer calls a lot: the signs and the length that GS1 allows it (AI 10)."""


class StockedProduct(Schema):
    """A product, in short."""

    code: Sku
    name: Name
    unit: Unit


class Lot(Schema):
    """What came in together of one product, at one cost and with one expiry date."""

    id: Id
    product: StockedProduct
    supplier: Code | None
    invoice_request: RequestCode | None
    on_hand: QuantityOrZero
    allocated: QuantityOrZero = Field(description="What of on_hand is promised to purchases.")
    unit_cost: UnitCost
    lot_code: LotCode | None = Field(description="What the manufacturer calls the lot.")
    expires_on: Date | None
    expired: bool = Field(description="Whether the day of expires_on has passed in the shop.")
    received_at: Moment


class LotQuery(PageQuery):
    """Which lots to list, first expired first."""

    product: Sku | None = None
    supplier: Code | None = None
    lot_code: LotCode | None = None
    expires_before: Date | None = Field(default=None, description="Expire before that day.")
    expired: bool | None = None
    all: bool = Field(default=False, description="`true` lists those that are used up, too.")


class Level(Schema):
    """How much of a product there is, over all of its lots."""

    product: StockedProduct
    on_hand: QuantityOrZero
    allocated: QuantityOrZero
    expired: QuantityOrZero = Field(description="What of on_hand has expired, promised or not.")
    available: QuantityOrZero = Field(
        description="on_hand less expired less allocated, as what an expired lot promised comes from"
        " another; 0 where promises are more than what is left for them."
    )
    on_order: QuantityOrZero = Field(
        description="What was asked of suppliers and has not come yet; drafts do not count."
    )
    reorder_level: QuantityOrZero
    reorder: bool = Field(
        description="Whether available and on_order are at or below reorder_level together, of a product still sold."
    )


class LevelQuery(PageQuery):
    """Which levels to list."""

    product: Sku | None = None
    reorder: bool | None = None


class Shortage(Schema):
    """What a purchase that waits was promised of a product, and cannot get any more."""

    product: StockedProduct
    promised: Quantity
    lacking: Quantity = Field(description="So much has expired, and no other lot can replace it.")
    purchase: UUID
    purchase_number: int
    invoice_number: int = Field(
        description="The same as `purchase_number`, under its former name.",
        json_schema_extra={"deprecated": True},
    )
    contact_name: Name
    contact_phone: str | None
    placed_at: Moment
    total: Money
    paid: Money = Field(description="Payments less refunds.")


class WaitingPurchase(Schema):
    """A purchase that waits, and how much of a product it was promised."""

    id: UUID
    number: int
    quantity: Quantity


class Uncounted(Schema):
    """What was sold though the books had it not, or had promised it to others."""

    product: StockedProduct
    quantity: Quantity = Field(description="So much was booked as found.")
    on_hand: QuantityOrZero = Field(description="What the books say there is of it now.")
    since: Moment
    purchases: list[WaitingPurchase] = Field(
        description="Those that were promised some of the product: they may not be served."
    )


class Movement(Schema):
    """One change of what is on hand."""

    id: Id
    at: Moment
    kind: Kind
    product: Sku
    lot: Id
    quantity: SignedQuantity = Field(description="What came, or, below 0, what went.")
    reason: str
    note: str | None
    by: str | None = Field(description="The e-mail address of who did it.")
    purchase: UUID | None
    invoice_request: RequestCode | None


class MovementQuery(PageQuery):
    """Which movements to list, newest first."""

    product: Sku | None = None
    lot: Id | None = None
    kind: Kind | None = None
    since: Moment | None = Field(default=None, description="At that moment or later.")
    until: Moment | None = Field(default=None, description="Before that moment.")
    purchase: UUID | None = None
    invoice_request: RequestCode | None = None


class LotCorrection(Schema):
    """More or less of a lot than the books say."""

    lot: Id
    quantity: SignedQuantity = Field(description="Not 0.")
    reason: Reason


class FoundLot(Schema):
    """A lot that the books do not know."""

    product: Sku
    quantity: Quantity
    unit_cost: UnitCost
    expires_on: Date | None = Field(default=None, description="Today or later.")
    lot_code: LotCode | None = None
    reason: Reason


class NewAdjustment(Schema):
    """A correction: of a lot by a signed quantity, or by a new lot of a product."""

    lot: Id | None = None
    product: Sku | None = None
    quantity: SignedQuantity
    unit_cost: UnitCost | None = None
    expires_on: Date | None = None
    lot_code: LotCode | None = None
    reason: Reason

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the two forms, which a body is read as one so that its faults can be named better."""
        forms = (LotCorrection, FoundLot)
        named = [handler(form.__pydantic_core_schema__) for form in forms]
        return {"description": cls.__doc__, "oneOf": named}


class NewWaste(Schema):
    """What is thrown away of a lot."""

    lot: Id
    quantity: Quantity
    reason: Reason = Field(description="One of the `waste_reasons` of `GET /api/v1/shop`.")
    note: Reason | None = Field(default=None, description="What else there is to say.")


class OpeningStock(Schema):
    """One lot of what the shop has before it opens: a row of stock.csv."""

    product: Sku
    supplier: Code | None = None
    quantity: Quantity = Field(description="How much there is of the lot, in the product's unit.")
    unit_cost: UnitCost = Field(description="Of one unit.")
    expires_in_days: Annotated[int, Field(ge=0, le=36_500)] | None = Field(
        default=None, description="From the day of the import on; null if it keeps."
    )
    expires_on: Date | None = Field(
        default=None, description="The last day instead; null if it keeps."
    )

    @model_validator(mode="after")
    def _one_expiry(self) -> "OpeningStock":
        if self.expires_in_days is not None and self.expires_on is not None:
            raise wrong("expires_in_days and expires_on are both given: leave one of them empty")
        return self
