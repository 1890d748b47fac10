"""The list of products: one statement for each combination of filters and order that is asked for.

A statement holds only the conditions that are asked for. PostgreSQL plans each anew, and planning
is most of the cost of a page: what is not there need not be planned.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.core.paging import Scalar
from app.core.statement import Statement
from app.product.product_schemas import Sort
from app.product.search import words
from app.product.statements import PRODUCT_JSON, PRODUCT_TODAY

_BELOW = """WITH RECURSIVE below AS (
    SELECT id FROM category WHERE code = %(category)s
    UNION ALL
    SELECT c.id FROM category c JOIN below b ON c.parent_id = b.id)"""

_CONDITIONS = {
    "brand": "p.brand_id = (SELECT id FROM brand WHERE code = %(brand)s)",
    "category": "p.category_id IN (SELECT id FROM below)",
    "min_price": "o.unit_price >= %(min_price)s",
    "max_price": "o.unit_price <= %(max_price)s",
    "in_stock": "(a.available > 0) = %(in_stock)s",
}

# The words that a typed one stands for, misspelt or not, are the database's to know: it has the catalogue's.
_WORD = "p.search @@ meant_words(%(word_{n})s)"

# A whole number, so that a cursor can hold it exactly. Words of the name count, then how much of
# the name they are; brand and category only find.
_RELEVANCE = "round(1000 * ({words} + similarity(plain_text(%(words)s), plain_text(p.name))))::int"
_WORD_RELEVANCE = "word_similarity(plain_text(%(word_{n})s), plain_text(p.name))"

_KEYS = {
    "name": "plain_text(p.name)",
    "price": "o.unit_price",
    "-price": "o.unit_price",
    "newest": "0",
    "relevance": _RELEVANCE,
}
_FALLING = frozenset({"-price", "newest", "relevance"})


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
        values = {name: getattr(self, name) for name in _CONDITIONS}
        return {name: value for name, value in values.items() if value is not None}


def listing(
    wanted: Wanted, limit: int, after: tuple[Scalar, ...] | None
) -> tuple[Statement, dict[str, Any]]:
    """Return the statement, and its parameters, for `limit` rows of (JSON, sort key, id).

    They follow the key `after`. Rows that share a sort key are in the order of their ids.
    """
    filters = wanted.filters()
    parameters: dict[str, Any] = {**filters, "active": wanted.active, "limit": limit}
    parameters |= {f"word_{n}": word for n, word in enumerate(wanted.words)}
    if wanted.sort == "relevance":
        parameters["words"] = " ".join(wanted.words)
    if after is not None:
        parameters |= {"after_key": after[0], "after_id": after[1]}
    shape = (frozenset(filters), len(wanted.words), wanted.sort, after is not None)
    return _statement(*shape), parameters


@lru_cache(maxsize=1024)
def _statement(filters: frozenset[str], word_count: int, sort: Sort, paged: bool) -> Statement:  # noqa: FBT001 - part of the cache's key
    numbers = range(word_count)
    key = _KEYS[sort].format(words=" + ".join(_WORD_RELEVANCE.format(n=n) for n in numbers))
    conditions = ["p.active = %(active)s", *(_CONDITIONS[name] for name in sorted(filters))]
    conditions += [_WORD.format(n=n) for n in numbers]
    priced = sort in {"price", "-price"} or filters & {"min_price", "max_price"}
    falling = "DESC" if sort in _FALLING else ""
    place = f"WHERE (key, id) {'<' if falling else '>'} (%(after_key)s, %(after_id)s)"
    sql = f"""
        {_BELOW if "category" in filters else ""}
        SELECT {PRODUCT_JSON}, page.key, page.id
        FROM (
            SELECT * FROM (
                SELECT p.id, {key} AS key
                FROM product p
                {"JOIN offer o ON o.product_id = p.id" if priced else ""}
                {"JOIN availability a ON a.product_id = p.id" if "in_stock" in filters else ""}
                WHERE {" AND ".join(conditions)}
            ) found
            {place if paged else ""}
            ORDER BY key {falling}, id {falling}
            LIMIT %(limit)s
        ) page
        JOIN product p ON p.id = page.id
        {PRODUCT_TODAY}
        ORDER BY page.key {falling}, page.id {falling}"""  # noqa: S608 - of parts written above
    return Statement(sql, read=True)


def wanted_words(q: str | None) -> tuple[str, ...] | None:
    """Return the words that `q` asks for: none asks for everything, None finds nothing."""
    if q is None or not q.strip():
        return ()
    return tuple(words(q)) or None
