"""What a scanned code is in this shop."""

from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from app.core.settings import ShopSettings
from app.core.web import NotFound
from app.core.web.json import dumps
from app.product.barcodes.errors import unreadable
from app.product.barcodes.reading import Kind, Meaning, quantity, read
from app.product.barcodes.repository import BarcodeRepository, Named
from app.product.repository import Found
from app.product.scales import Scales

_AS: dict[Kind, str] = {
    "gtin": "the barcode of",
    "plu": "the PLU of",
    "weight_label": "a weight label of",
    "price_label": "a price label of",
    "count_label": "a label with a count of",
    "reduced_label": "a label of reduced goods of",
    "gs1": "the barcode of",
}


class Barcodes:
    """Codes as scanners send them, and the products that they name."""

    def __init__(self, barcodes: BarcodeRepository, scales: Scales, shop: ShopSettings) -> None:
        self._barcodes = barcodes
        self._scales = scales
        self._zone = ZoneInfo(shop.time_zone)

    async def read(self, code: str) -> Found:
        """Return what the code says, as JSON, and the version of its product; of withdrawn ones too.

        Raises NotFound for a right code that the shop has nothing of, and Invalid for any that is damaged, says what
        cannot be, or can be read in two ways.
        """
        meaning, product = await self.find(code)
        return Found(_answer(meaning, product), product.version)

    async def find(self, code: str) -> tuple[Meaning, Named]:
        """Return what the code means, and the product that it names. Raises what read() raises."""
        reading = read(code, self._scales, datetime.now(self._zone).date())
        named = await self._barcodes.named(
            {gtin14 for meaning in reading.meanings for gtin14 in meaning.gtin14s},
            next((meaning.plu5 for meaning in reading.meanings if meaning.plu5), None),
        )
        meant = [
            (meaning, each)
            for meaning in reading.meanings
            for each in named
            if _names(meaning, each)
        ]
        if not meant:
            raise unreadable(reading.otherwise) if reading.damaged else NotFound(reading.otherwise)
        if (
            len(
                ways := dict.fromkeys(f"{_AS[meaning.kind]} {each.code}" for meaning, each in meant)
            )
            > 1
        ):
            raise unreadable(f"The code can be read in two ways: as {' or as '.join(ways)}.")
        return meant[0]


def _names(meaning: Meaning, product: Named) -> bool:
    """Say whether it is by this that the product was found."""
    return meaning.plu5 is not None if product.gtin14 is None else product.gtin14 in meaning.gtin14s


def _offered(meaning: Meaning, product: Named) -> dict[str, str] | None:
    """Return the offer of the reduced goods that a label is on, None where there are none of them today."""
    if meaning.kind != "reduced_label":
        return None
    offers = orjson.loads(product.json)["reduced"]
    return next((one for one in offers if one["best_before"] == str(meaning.best_before)), None)


def _answer(meaning: Meaning, product: Named) -> str:
    said = dumps(
        {
            "kind": meaning.kind,
            "quantity": quantity(meaning, product.unit, product.pieces),
            "price": meaning.price,
            "lot": meaning.lot,
            "best_before": meaning.best_before,
            "expires_on": meaning.expires_on,
            "reduced": _offered(meaning, product),
        }
    )
    return f'{said[:-1].decode()},"product":{product.json}}}'
