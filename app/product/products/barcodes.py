"""The barcodes of a product, each on one piece or on a pack of several. Pure."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from app.core.web import FieldError
from app.core.web.schema import Schema
from app.product.gtin import Gtin, gtin14
from app.product.scales import Scales

MOST_PIECES = 9999
"""On one barcode."""


class OtherBarcode(Schema):
    """A further barcode of a product: on a pack of it, or on the same article in another package."""

    gtin: Gtin
    pieces: int = Field(
        ge=1,
        le=MOST_PIECES,
        description="How many pieces it is on; always 1 where the unit is not `piece`.",
        examples=[6],
    )


OtherBarcodes = Annotated[list[OtherBarcode], Field(max_length=20)]
"""Up to 20 barcodes beside `gtin`, which is the one on a piece."""


class Written(NamedTuple):
    """A GTIN among a product's values: where, as a JSON pointer, and as it is written there."""

    pointer: str
    gtin: str

    @property
    def column(self) -> str:
        """The member that it is in."""
        return self.pointer.split("/")[1]

    @property
    def number(self) -> str:
        """The GTIN in its longest form."""
        return gtin14(self.gtin)


def written_in(values: Mapping[str, Any]) -> Iterator[Written]:
    """Yield each GTIN among the `values` of a product, by member; any may be missing."""
    if values.get("gtin") is not None:
        yield Written("/gtin", values["gtin"])
    for place, other in enumerate(values.get("other_barcodes", ())):
        yield Written(f"/other_barcodes/{place}/gtin", other["gtin"])


def labels_in(values: Mapping[str, Any], scales: Scales) -> Iterator[FieldError]:
    """Yield which barcodes among the `values` of a product are for what `scales` print."""
    for pointer, gtin in written_in(values):
        if refusal := scales.refusal(gtin):
            yield FieldError(pointer, refusal)


def faults(values: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what is wrong with a product's barcodes, all its values given: one twice, packs of what has no pieces."""
    seen = set()
    for pointer, gtin in written_in(values):
        if gtin14(gtin) in seen:
            yield FieldError(pointer, "is there twice: one barcode is on one thing")
        seen.add(gtin14(gtin))
    if values["unit"] != "piece":
        for place, other in enumerate(values["other_barcodes"]):
            if other["pieces"] != 1:
                yield FieldError(
                    f"/other_barcodes/{place}/pieces",
                    "must be of 1: what is not sold by the piece has no packs",
                )
