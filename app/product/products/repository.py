"""Queries about products, beyond what all things of the catalogue have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from app.core.web import Conflict, FieldError
from app.core.web.paging import Scalar, looked_through
from app.product.facets.schemas import Facet
from app.product.kinds import Kind
from app.product.plu import plu5
from app.product.products.barcodes import written_in
from app.product.products.facets import counting, is_all, kept
from app.product.products.listing import Wanted, listing
from app.product.products.statements import HOLDERS, ON_OFFER, SIGN
from app.product.repository import CatalogueRepository


class Listed(NamedTuple):
    """Rows of (JSON, *sort key), whether they have only some of the words, and the JSON of the facets, if they were asked for.

    A last row without JSON is how far was looked.
    """

    rows: list[tuple[Any, ...]]
    partial: bool
    facets: str | None = None

    def members(self) -> str:
        """Return the JSON of what a page has beside its rows."""
        partial = f',"partial":{str(self.partial).lower()}'
        return partial if self.facets is None else f'{partial},"facets":{self.facets}'


class ProductRepository(CatalogueRepository):
    """Products in the database of `manager`: found by words, and no two with one barcode or PLU."""

    async def listed(
        self,
        wanted: Wanted,
        facets: Sequence[Facet],
        *,
        limit: int,
        after: tuple[Scalar, ...] | None,
    ) -> Listed:
        """Return products(), or sought() where anything is, and the facets that are asked for."""
        async with self._lists.one_turn():
            if wanted.q is None:
                rows, partial = await self.products(wanted, limit=limit, after=after), False
            else:
                rows, partial = await self.sought(wanted, limit=limit, after=after)
            if not facets:
                return Listed(rows, partial=partial)
            counted = await self._facets(replace(wanted, in_part=partial), facets)
            return Listed(rows, partial=partial, facets=counted)

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

    async def on_offer(self, limit: int) -> list[str]:
        """Return the JSON of up to so many products that a discount makes cheaper today."""
        return [row[0] for row in await self._lists.fetch(ON_OFFER, limit=limit)]

    async def _facets(self, wanted: Wanted, facets: Sequence[Facet]) -> str:
        """Return the JSON of these facets of all that is wanted."""
        statement, parameters = counting(wanted, facets)
        ((found, more),) = await self._lists.fetch(statement, **parameters)
        before = None
        if more and is_all(wanted):
            before = await self._lists.fetch_value(kept(frozenset(facets)))
        return str(before or found)

    async def insert(self, kind: Kind, code: str, values: Mapping[str, Any]) -> None:
        """Add a product. Raises what any thing's does, and Conflict for a barcode or PLU that is taken."""
        await self._claim(values)
        await super().insert(kind, code, values)

    async def update(self, kind: Kind, id_: int, values: Mapping[str, Any]) -> None:
        """Set these values, by member. Raises what insert() does, and Conflict for a unit in use."""
        await self._claim(values, id_)
        await super().update(kind, id_, values)

    async def sign(self, by: int | None) -> None:
        """Say whose changes of prices this transaction makes, for the trigger that keeps them."""
        await self._manager.run(SIGN, by=None if by is None else str(by))

    async def _claim(self, values: Mapping[str, Any], by: int = 0) -> None:
        """Raise Conflict, which names it, if another product than the one with the id `by` has a barcode or the PLU."""
        written, plu = list(written_in(values)), values.get("plu")
        if not written and plu is None:
            return
        # The index would say no more than that it is taken, and after that PostgreSQL answers nothing in this transaction.
        rows = await self._manager.fetch(
            HOLDERS,
            gtin14s=[each.number for each in written],
            plu5=None if plu is None else plu5(plu),
            but=by,
        )
        holders: dict[str | None, str] = dict(rows)
        clashes = [
            (each.pointer, f"GTIN {each.gtin}", holders[each.number])
            for each in written
            if each.number in holders
        ]
        if None in holders:
            clashes.append(("/plu", f"PLU {plu}", holders[None]))
        if clashes:
            raise Conflict(
                " ".join(
                    f"The product {code} has the {what} already." for _, what, code in clashes
                ),
                code="already_exists",
                errors=[
                    FieldError(pointer, f"is that of the product {code}")
                    for pointer, _, code in clashes
                ],
            )
