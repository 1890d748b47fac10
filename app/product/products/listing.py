"""The list of products: one statement for each combination of filters and order that is asked for."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.core.database import Statement
from app.core.web.paging import Scalar, stale_cursor
from app.product.products.schemas import Sort
from app.product.products.selection import select
from app.product.products.shape import FILTERS, Shape


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which products, in which order. None of a filter's values means any; `in_part` those with most words of `q`."""

    brand: str | None = None
    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    allergen_free: list[str] | None = None
    diets: list[str] | None = None
    in_stock: bool | None = None
    active: bool = True
    q: str | None = None
    in_part: bool = False
    sort: Sort = "name"

    def filters(self) -> dict[str, Any]:
        """Return the filters that are asked for, by name."""
        values = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in values.items() if value is not None}


def listing(
    wanted: Wanted, limit: int, after: tuple[Scalar, ...] | None
) -> tuple[Statement, dict[str, Any]]:
    """Return the statement, and its parameters, for `limit` rows of (JSON, *sort key, hit, stops).

    They follow the key `after`; paging.looked_through() says what the last two are. No two products have the same key. Raises Invalid for a key of another
    form, in a cursor from before the order had this one.
    """
    filters = wanted.filters()
    parameters: dict[str, Any] = {**filters, "active": wanted.active, "limit": limit}
    if wanted.q is not None:
        parameters |= {"q": wanted.q, "in_part": wanted.in_part}
    if after is not None:
        parameters |= {f"after_{n}": part for n, part in enumerate(after)}
    shape = Shape(frozenset(filters), wanted.q is not None, wanted.sort, paged=after is not None)
    if after is not None and len(after) != len(shape.casts):
        raise stale_cursor()
    return _statement(shape), parameters


@lru_cache(maxsize=1024)
def _statement(shape: Shape) -> Statement:
    return Statement(select(shape), read=True)
