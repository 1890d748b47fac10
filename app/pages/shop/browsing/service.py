"""What the pages of the catalogue show."""

from dataclasses import dataclass
from typing import Any

import orjson

from app.core.web import NotFound
from app.core.web.paging import Scalar
from app.pages.shop.browsing.tree import Trees
from app.product.markdowns.service import Reduced
from app.product.products.kind import PRODUCT
from app.product.products.schemas import ProductQuery
from app.product.products.service import Products

_FEW = 8
"""How many of something a home page shows."""

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows: what costs less today, what is to be eaten soon, and what is new."""

    on_offer: list[Thing]
    reduced: list[Thing]
    newest: list[Thing]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of a list: rows of (JSON, *sort key), one too many where there are more, and what all of the list has."""

    rows: list[tuple[Any, ...]]
    is_partial: bool
    facets: Thing


class Shelves:
    """Reads the catalogue for pages."""

    def __init__(self, products: Products, reduced: Reduced, trees: Trees) -> None:
        self._products = products
        self._reduced = reduced
        self.trees = trees

    async def home(self) -> Home:
        """Return what the first page shows."""
        newest = await self._products.find(ProductQuery(sort="newest"), limit=_FEW, after=None)
        reduced = await self._reduced.page(_FEW, None)
        return Home(
            on_offer=[orjson.loads(each) for each in await self._products.on_offer(_FEW)],
            reduced=[orjson.loads(row[0]) for row in reduced if row[0] is not None],
            newest=[orjson.loads(row[0]) for row in newest.rows if row[0] is not None],
        )

    async def find(self, query: ProductQuery, after: tuple[Scalar, ...] | None) -> Shelf:
        """Return a page of what a query wants, with its facets. Raises what Products.find() does."""
        found = await self._products.find(query, limit=query.limit + 1, after=after)
        return Shelf(found.rows, found.partial, orjson.loads(found.facets or "{}"))

    async def read(self, code: str) -> Thing:
        """Return a product that is sold. Raises NotFound for others."""
        found: Thing = orjson.loads((await self._products.read(PRODUCT, code)).json)
        if not found["active"]:
            raise NotFound("This is not sold any more.")
        return found
