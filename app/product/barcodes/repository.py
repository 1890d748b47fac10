"""The products that codes name."""

from collections.abc import Collection
from typing import NamedTuple

from app.core.database import Manager
from app.product.products.statements import READ_SCANNED


class Named(NamedTuple):
    """A product that has a barcode (in 14 digits, on so many pieces), or, where these are None, a PLU."""

    json: str
    version: int
    code: str
    unit: str
    gtin14: str | None
    pieces: int | None


class BarcodeRepository:
    """Barcodes and PLUs in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def named(self, gtin14s: Collection[str], plu5: str | None) -> list[Named]:
        """Return who has one of these barcodes or this PLU, withdrawn ones too; one product may be there several times."""
        rows = await self._manager.fetch(READ_SCANNED, gtin14s=list(gtin14s), plu5=plu5)
        return [Named(*row) for row in rows]
