"""Queries about products, beyond what all things of the catalogue have."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.core.web import Conflict, FieldError, NotFound
from app.core.web.paging import Scalar, looked_through
from app.product.kinds import Kind
from app.product.products.gtin import gtin14
from app.product.products.listing import Wanted, listing
from app.product.products.statements import CODE_BY_BARCODE, READ_BARCODE
from app.product.repository import CatalogueRepository, Found


class ProductRepository(CatalogueRepository):
    """Products in the database of `manager`: found by barcodes and words, and no two with one GTIN."""

    async def by_barcode(self, gtin: str) -> Found:
        """Return the product with that GTIN, in whatever length it is written. Raises NotFound."""
        row = await self._manager.fetch_one(READ_BARCODE, gtin14=gtin14(gtin))
        if row is None:
            raise NotFound("No product has that barcode.")
        return Found(*row)

    async def sought(
        self, wanted: Wanted, *, limit: int, after: tuple[Scalar, ...] | None
    ) -> tuple[list[tuple[Any, ...]], bool]:
        """Return products() with all words of `wanted`, or else those with most of them, and whether it is these."""
        async with self._lists.one_turn():
            if rows := await self.products(wanted, limit=limit, after=after):
                return rows, False
            in_part = replace(wanted, in_part=True)
            rows = await self.products(in_part, limit=limit, after=after)
            return rows, bool(rows)

    async def products(
        self, wanted: Wanted, *, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, *sort key) in order, behind the key `after`.

        And one without JSON where the search for more stopped, if it did.
        """
        statement, parameters = listing(wanted, limit, after)
        return looked_through(await self._lists.fetch(statement, **parameters))

    async def insert(self, kind: Kind, code: str, values: Mapping[str, Any]) -> None:
        """Add a product. Raises what any thing's does, and Conflict for a GTIN that is taken."""
        await self._claim_gtin(values.get("gtin"))
        await super().insert(kind, code, values)

    async def update(self, kind: Kind, id_: int, values: Mapping[str, Any]) -> None:
        """Set these values, by member. Raises what insert() does, and Conflict for a unit in use."""
        await self._claim_gtin(values.get("gtin"), id_)
        await super().update(kind, id_, values)

    async def _claim_gtin(self, gtin: str | None, by: int = 0) -> None:
        """Raise Conflict, which names it, if another product than the one with the id `by` has that GTIN."""
        if gtin is None:
            return
        # The index would say no more than that it is taken, and after that PostgreSQL answers nothing in this transaction.
        code = await self._manager.fetch_value(CODE_BY_BARCODE, gtin14=gtin14(gtin), but=by)
        if code is not None:
            raise Conflict(
                f"The product {code} has that GTIN already.",
                code="already_exists",
                errors=[FieldError("/gtin", f"is that of the product {code}")],
            )
