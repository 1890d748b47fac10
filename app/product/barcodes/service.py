"""What a scanned code is in this shop."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import orjson

from app.core.settings import ShopSettings
from app.core.web import Invalid, NotFound
from app.core.web.json import dumps
from app.product.barcodes.errors import unreadable
from app.product.barcodes.reading import Bearer, Kind, Meaning, Reading, Scanned, quantity, read
from app.product.barcodes.repository import BarcodeRepository, Named
from app.product.repository import Found
from app.product.scales import Scales

_P = TypeVar("_P", Named, Bearer)

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
        reading = self._read(code)
        named = await self._barcodes.named(_gtin14s(reading), next(iter(_plu5s(reading)), None))
        meant = [
            (meaning, each)
            for meaning in reading.meanings
            for each in named
            if _names(meaning, each.gtin14, meaning.plu5)
        ]
        return _one(reading, meant)

    async def find_each(self, codes: Sequence[str | None]) -> list[Scanned | None]:
        """Return what find_all() does of each of the codes, and None where there is none."""
        given = [code for code in codes if code is not None]
        found = iter(await self.find_all(given) if given else ())
        return [None if code is None else next(found) for code in codes]

    async def find_all(self, codes: Sequence[str]) -> list[Scanned]:
        """Return what find() returns of each of the codes, or raises, all by one look."""
        readings = [self._tried(code) for code in codes]
        read = [each for each in readings if isinstance(each, Reading)]
        named = await self._barcodes.bearers(
            {gtin14 for reading in read for gtin14 in _gtin14s(reading)},
            {plu5 for reading in read for plu5 in _plu5s(reading)},
        )
        return [_tried(each, named) if isinstance(each, Reading) else each for each in readings]

    def _read(self, code: str) -> Reading:
        return read(code, self._scales, datetime.now(self._zone).date())

    def _tried(self, code: str) -> Reading | Invalid:
        try:
            return self._read(code)
        except Invalid as error:
            return error


def _tried(reading: Reading, named: Sequence[Bearer]) -> Scanned:
    meant = [
        (meaning, each)
        for meaning in reading.meanings
        for each in named
        if _names(meaning, each.gtin14, each.plu5)
    ]
    try:
        return _one(reading, meant)
    except (NotFound, Invalid) as error:
        return error


def _one(reading: Reading, meant: Sequence[tuple[Meaning, _P]]) -> tuple[Meaning, _P]:
    """Return the one thing that a code means. Raises NotFound if it is none, and Invalid if there are several."""
    if not meant:
        raise unreadable(reading.otherwise) if reading.damaged else NotFound(reading.otherwise)
    ways = dict.fromkeys(f"{_AS[meaning.kind]} {each.code}" for meaning, each in meant)
    if len(ways) > 1:
        raise unreadable(f"The code can be read in two ways: as {' or as '.join(ways)}.")
    return meant[0]


def _gtin14s(reading: Reading) -> set[str]:
    return {gtin14 for meaning in reading.meanings for gtin14 in meaning.gtin14s}


def _plu5s(reading: Reading) -> set[str]:
    return {meaning.plu5 for meaning in reading.meanings if meaning.plu5}


def _names(meaning: Meaning, gtin14: str | None, plu5: str | None) -> bool:
    """Say whether a product with that barcode, or without one that PLU, is named by this."""
    if gtin14 is not None:
        return gtin14 in meaning.gtin14s
    return meaning.plu5 is not None and meaning.plu5 == plu5


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
