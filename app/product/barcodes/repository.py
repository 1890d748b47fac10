"""The products that codes name."""

from collections.abc import Collection
from typing import NamedTuple

from app.core.database import Manager, Statement
from app.product.barcodes.reading import Bearer
from app.product.products.statements import READ_SCANNED


class Named(NamedTuple):
    """A product that has a barcode (in 14 digits, on so many pieces), or, where these are None, a PLU."""

    json: str
    version: int
    code: str
    unit: str
    gtin14: str | None
    pieces: int | None


BEARERS = Statement(
    """
    SELECT p.code, p.unit, b.gtin14, b.pieces, NULL
    FROM barcode b JOIN product p ON p.id = b.product_id WHERE b.gtin14 = ANY(%(gtin14s)s::text[])
    UNION ALL
    SELECT p.code, p.unit, NULL, NULL, lpad(p.plu, 5, '0')
    FROM product p WHERE lpad(p.plu, 5, '0') = ANY(%(plu5s)s::text[])
    """,
    read=True,
)


class BarcodeRepository:
    """Barcodes and PLUs in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def named(self, gtin14s: Collection[str], plu5: str | None) -> list[Named]:
        """Return who has one of these barcodes or this PLU, withdrawn ones too; one product may be there several times."""
        rows = await self._manager.fetch(READ_SCANNED, gtin14s=list(gtin14s), plu5=plu5)
        return [Named(*row) for row in rows]

    async def bearers(self, gtin14s: Collection[str], plu5s: Collection[str]) -> list[Bearer]:
        """Return who has any of these barcodes or PLUs, as named() does."""
        rows = await self._manager.fetch(BEARERS, gtin14s=list(gtin14s), plu5s=list(plu5s))
        return [Bearer(*row) for row in rows]
