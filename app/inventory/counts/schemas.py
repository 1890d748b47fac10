"""Counts of what is on the shelf, as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Moment,
    QuantityOrZero,
    Reason,
    Schema,
    SignedQuantity,
    SignedTotal,
    Sku,
    Text,
    wrong,
)
from app.inventory.stock.schemas import StockedProduct

MOST_PRODUCTS = 5000
"""In one count. It is in the API's description and in docs/stock.md too."""

CountCode = Annotated[str, Field(pattern=r"^CT-[0-9]{6,18}$", examples=["CT-000001"])]
Status = Literal["open", "approved", "cancelled"]
State = Literal["uncounted", "counted", "different", "recount"]
Refusal = Literal[
    "unknown_code",
    "not_in_count",
    "quantity_needed",
    "quantity_given",
    "not_whole",
    "too_much",
    "before_opening",
    "id_used",
]


class NewCount(Schema):
    """What to count: a category with all below it, or a list of products."""

    category: Code | None = None
    products: Annotated[list[Sku], Field(min_length=1, max_length=1000)] | None = None
    note: Text = ""


class CountSummary(Schema):
    """A count, in short."""

    code: CountCode
    status: Status
    category: Code | None = Field(description="null: a list of products.")
    note: Text
    opened_by: str | None = Field(description="An e-mail address.")
    opened_at: Moment
    ended_by: str | None = Field(description="Who approved or cancelled it.")
    ended_at: Moment | None


class StockCount(CountSummary):
    """A count, and how far it is."""

    products: Count
    counted: Count
    different: Count = Field(description="Of how many the books say something else.")
    recount: Count = Field(description="How many have to be counted again.")
    value: SignedTotal = Field(description="What all differences are worth, at cost.")


class CountQuery(PageQuery):
    """Which counts to list."""

    status: Status | None = None


class CountedProduct(Schema):
    """What was found of a product. All but the product and the round is null where nobody counted it."""

    product: StockedProduct
    round: Count = Field(description="1, and one more with each recount.")
    counted: QuantityOrZero | None = Field(description="In all places together.")
    moment: Moment | None = Field(description="When it was seen: at the last scan of the round.")
    expected: SignedQuantity | None = Field(
        description="What the books say was on the shelf at that moment: without what lay in bags."
    )
    difference: SignedQuantity | None = Field(description="Counted less expected.")
    value: SignedTotal | None = Field(description="What that is worth, at cost.")
    moved: bool = Field(
        description="Whether something came or went between the first scan of the round and the last: it may not fit together."
    )
    recount: bool = Field(
        description="Whether it has to be counted again: the difference is far off or uncertain, or a recount was asked for."
    )
    booked: SignedQuantity | None = Field(
        description="What of the difference was booked at approval: less what was corrected since the moment."
    )


class CountedProductQuery(PageQuery):
    """Which products of a count to list."""

    state: State | None = Field(
        default=None,
        description="`uncounted`, `counted`, `different` (the books say something else) or `recount`.",
    )


class Scan(Schema):
    """So much of a product was seen in a place."""

    id: UUID = Field(description="Made by the client, a new one for each.")
    product: Sku | None = None
    # In ASCII, unlike ShortBarcode: hundreds of them have to fit into a body.
    barcode: Annotated[str, Field(pattern=r"^[\x1d\t\r\n -~]{1,110}$")] | None = Field(
        default=None,
        description="What the scanner read, instead of the product: all that `GET /api/v1/barcodes/{code}` reads, of up to 110 characters.",
    )
    quantity: QuantityOrZero | None = Field(
        default=None,
        description="Times what the barcode is on; 1 of what is sold by the piece, unless given. 0: looked, and found none.",
    )
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    counted_at: Moment = Field(description="By the client's clock.")

    @model_validator(mode="after")
    def _of_one_thing(self) -> "Scan":
        if (self.product is None) == (self.barcode is None):
            raise wrong("names either a product or a barcode")
        return self


class Scans(Schema):
    """Scans of one client, and what its clock says now."""

    sent_at: Moment = Field(
        description="The client's now, by the clock that said when it counted: the server corrects by it."
    )
    scans: Annotated[list[Scan], Field(min_length=1, max_length=300)]


class ScanResult(Schema):
    """What became of a scan."""

    id: UUID
    result: Literal["taken", "known", "refused"] = Field(
        description="`known`: it was taken before."
    )
    reason: Refusal | None = Field(description="Of one that was refused.")
    product: Sku | None
    quantity: QuantityOrZero | None = Field(description="As it was taken.")


class ScanResults(Schema):
    """What became of each scan, in their order."""

    results: list[ScanResult]


class Recount(Schema):
    """What to count again."""

    products: Annotated[list[Sku], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="All that has to be, if left out."
    )


class Recounted(Schema):
    """What is counted again from now on."""

    products: list[Sku] = Field(description="Without what waits for its recount already.")


class Approval(Schema):
    """What to do about what is not certain."""

    uncounted: Literal["leave", "zero"] = Field(
        default="leave", description="`zero`: what nobody counted is not there."
    )
    recount: Literal["refuse", "accept"] = Field(
        default="refuse",
        description="`accept`: what should be counted again is booked as it was counted.",
    )


class Cancellation(Schema):
    """Why a count is given up."""

    reason: Reason
