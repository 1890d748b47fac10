"""What a scanned code says, as JSON."""

from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.web.schema import Date, PositiveMoney, Quantity, Schema, no_controls
from app.product.barcodes.elements import SEPARATOR
from app.product.barcodes.reading import LONGEST, Kind
from app.product.products.schemas import ProductDetails, ReducedOffer

Barcode = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="What a scanner read: all that `GET /api/v1/barcodes/{code}` reads.",
        examples=["4006381333931"],
    ),
    AfterValidator(no_controls(f"{SEPARATOR}\t\r\n")),
]
"""What a scanner read, as it sends it: with 0x1D for FNC1, and line ends around it."""

ShortBarcode = Annotated[
    Barcode,
    Field(
        max_length=110,
        description="What a scanner read: all that `GET /api/v1/barcodes/{code}` reads, of up to 110 characters.",
    ),
]
"""The same where a request has many: so long that all that stands on goods fits, but for a link with a long way."""


class Scanned(Schema):
    """The product that a code names, and what the code says of it."""

    kind: Kind = Field(
        description="What the code is: a product's barcode (`gtin`), its number to key in (`plu`), the label of a scale with"
        " a weight, a price or a count in it, the label on reduced goods, or GS1's element strings or Digital Link (`gs1`)."
    )
    quantity: Quantity | None = Field(
        description="How much it is for, in the product's unit: the pieces that the barcode is on, the weight or the count"
        " in it. null where it has to be weighed or counted first.",
        examples=["6.000"],
    )
    price: PositiveMoney | None = Field(
        description="What all of it costs, where a price is in the code; null: the product's own price holds.",
        examples=["3.49"],
    )
    lot: str | None = Field(description="The lot, (10) in element strings.", examples=["L2301"])
    best_before: Date | None = Field(
        description="The best-before date, (15) in element strings, or the day on reduced goods."
    )
    expires_on: Date | None = Field(description="The last day to sell it, (17) in element strings.")
    reduced: ReducedOffer | None = Field(
        description="Of a label on reduced goods: what goods with its day cost; null where none are for sale."
    )
    product: ProductDetails
