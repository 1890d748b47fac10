"""The list of products: one statement for each combination of filters and order that is asked for."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.core.paging import Scalar, stale_cursor
from app.core.statement import Statement
from app.product.product_schemas import Sort
from app.product.search import words
from app.product.selection import FILTERS, Shape, select


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which products, in which order. None of a filter's values means any."""

    brand: str | None = None
    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool | None = None
    active: bool = True
    words: tuple[str, ...] = ()
    sort: Sort = "name"

    def filters(self) -> dict[str, Any]:
        """Return the filters that are asked for, by name."""
        values = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in values.items() if value is not None}


def listing(
    wanted: Wanted, limit: int, after: tuple[Scalar, ...] | None
) -> tuple[Statement, dict[str, Any]]:
    """Return the statement, and its parameters, for `limit` rows of (JSON, *sort key).

    They follow the key `after`. No two products have the same key. Raises Invalid for a key of another
    form, in a cursor from before the order had this one.
    """
    filters = wanted.filters()
    parameters: dict[str, Any] = {**filters, "active": wanted.active, "limit": limit}
    parameters |= {f"word_{n}": word for n, word in enumerate(wanted.words)}
    if wanted.sort == "relevance":
        parameters["words"] = " ".join(wanted.words)
    if after is not None:
        parameters |= {f"after_{n}": part for n, part in enumerate(after)}
    shape = Shape(frozenset(filters), len(wanted.words), wanted.sort, paged=after is not None)
    if after is not None and len(after) != len(shape.casts):
        raise stale_cursor()
    return _statement(shape), parameters


@lru_cache(maxsize=1024)
def _statement(shape: Shape) -> Statement:
    return Statement(select(shape), read=True)


def wanted_words(q: str | None) -> tuple[str, ...] | None:
    """Return the words that `q` asks for: none asks for everything, None finds nothing."""
    if q is None or not q.strip():
        return ()
    return tuple(words(q)) or None
