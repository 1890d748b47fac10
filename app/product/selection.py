"""The SQL that selects a page of products.

A page costs the same from a thousand products to a million, because it is read from an index in its order, from where
the page before ended. A list of a category, or by price, has no such index: a category is its whole subtree, and what is
charged today depends on discounts that come and go. But each category of the subtree has one, and so has each discount, as
a rate keeps prices in their order. So a page is merged from the first products of each such run.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Iterator
from dataclasses import dataclass

from app.product.product_schemas import Sort
from app.product.statements import products

MOST_ROWS = 101
"""How many rows a page has at most, with the one that only tells that there is more."""

FILTERS = ("brand", "category", "min_price", "max_price", "in_stock")

MOST_RANKED = 1000
"""How many products that a search finds are put in the order of relevance; it is in the API's description too."""

_FALLING = frozenset({"-price", "newest", "relevance"})

_BELOW = """below (category_id) AS (
    SELECT id FROM category WHERE code = %(category)s
    UNION ALL
    SELECT c.id FROM category c JOIN below b ON c.parent_id = b.category_id)"""

# Discounts that do not run today reduce nothing, like none.
_RATES = """rates (discount_id, rate) AS (
    SELECT 0, 0.0000
    UNION ALL
    SELECT d.id, coalesce((SELECT r.rate FROM running_discount r WHERE r.id = d.id), 0)
    FROM discount d)"""

# Where the runs go on. Of list prices that a rate brings to the same price, the lower one comes first.
_STARTS = """starts (discount_id, rate, price, id) AS (
    SELECT discount_id, rate,
        CASE WHEN here.price = %(after_0)s::numeric THEN %(after_1)s::numeric
            WHEN here.price > %(after_0)s::numeric
            THEN list_price_from(%(after_0)s::numeric + 0.01, rate)
            ELSE list_price_from(%(after_0)s::numeric, rate) END,
        CASE WHEN here.price = %(after_0)s::numeric THEN %(after_2)s::bigint ELSE 0 END
    FROM rates CROSS JOIN LATERAL (
        SELECT reduced_price(%(after_1)s::numeric, rate) AS price) here)"""

_TODAY = """LEFT JOIN LATERAL (
    SELECT rate FROM running_discount WHERE id = p.discount_id LIMIT 1) today ON true"""
_PRICE_TODAY = "coalesce(reduced_price(p.price, today.rate), p.price)"

# What a typed word stands for, misspelt or not, is the database's to know: it has the catalogue's.
_WORD = "p.search @@ (SELECT sought_words(%(word_{n})s))"

# A whole number, so that a cursor can hold it exactly. Words of the name count, then how much of
# the name they are; brand and category only find.
_RELEVANCE = "round(1000 * ({words} + similarity((SELECT plain_text(%(words)s)), name)))::int"
_WORD_RELEVANCE = "word_similarity((SELECT plain_text(%(word_{n})s)), name)"

_CASTS = {"name": ("text", "bigint"), "newest": ("bigint",), "relevance": ("int", "bigint")}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on; all else are its parameters."""

    filters: frozenset[str]
    word_count: int
    sort: Sort
    paged: bool

    @property
    def by_price(self) -> bool:
        """Whether today's prices make the order."""
        return self.sort in {"price", "-price"}

    @property
    def direction(self) -> str:
        """The order's, of all parts of the key."""
        return "DESC" if self.sort in _FALLING else "ASC"

    @property
    def casts(self) -> tuple[str, ...]:
        """The types of the parts of the key."""
        return _CASTS.get(self.sort, ("numeric", "numeric", "bigint"))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the parts of the key."""
        return tuple(f"key_{n}" for n in range(len(self.casts)))

    def ordered(self, *keys: str) -> str:
        """Return ORDER BY for these expressions."""
        return "ORDER BY " + ", ".join(f"{key} {self.direction}" for key in keys)

    def behind(self, *keys: str) -> str:
        """Return the condition that these expressions lie behind the key of the page before."""
        here = ", ".join(f"%(after_{n})s::{cast}" for n, cast in enumerate(self.casts))
        sign = "<" if self.direction == "DESC" else ">"
        return f"({', '.join(keys)}) {sign} ({here})"


def select(shape: Shape) -> str:
    """Return the SQL for a page of (JSON, *sort key): all parameters are named as in listing()."""
    tables: list[str] = []
    if shape.sort == "relevance":
        page = _ranked(shape)
    elif shape.word_count:
        page = _found(shape)
    else:
        page, tables = _merged(shape)
    if "category" in shape.filters:
        tables = [_BELOW, *tables]
    before = f"WITH RECURSIVE {', '.join(tables)}" if tables else ""
    order = shape.ordered(*(f"page.{key}" for key in shape.keys))
    return f"{before} {products(page, *shape.keys)} {order}"


def _merged(shape: Shape) -> tuple[str, list[str]]:
    """Return a page merged from the runs that each have an index, and the tables of the runs."""
    runs: list[str] = []
    tables: list[str] = []
    conditions = _conditions(shape)
    if "category" in shape.filters:
        runs.append("below")
        conditions.append("p.category_id = below.category_id")
    if shape.by_price:
        tables = [_RATES, _STARTS] if shape.paged else [_RATES]
        runs.append(f"{'starts' if shape.paged else 'rates'} run")
        conditions += _price_range(shape)
        order = ["p.price", "p.id"]
        keys = ["reduced_price(p.price, run.rate)", *order]
        behind = f"(p.price, p.id) {'<' if shape.sort == '-price' else '>'} (run.price, run.id)"
    else:
        order = keys = ["plain_text(p.name)", "p.id"] if shape.sort == "name" else ["p.id"]
        behind = shape.behind(*order)
    if shape.paged:
        conditions.append(behind)
    # Of a limit that is a parameter, PostgreSQL thinks that it is a tenth of all rows.
    rows = f"{_selection(shape, keys, conditions)} {shape.ordered(*order)} LIMIT {MOST_ROWS}"
    run_order = shape.ordered(*shape.keys[-len(order) :])
    run = f"SELECT * FROM ({rows}) rows {run_order} LIMIT %(limit)s"
    if not runs:
        return run, tables
    page = f"""
        SELECT next.* FROM {" CROSS JOIN ".join(runs)} CROSS JOIN LATERAL ({run}) next
        {shape.ordered(*shape.keys)} LIMIT %(limit)s"""
    return page, tables


def _price_range(shape: Shape) -> Iterator[str]:
    """Yield what keeps a run by price to its discount and to the prices asked for."""
    yield "coalesce(p.discount_id, 0) = run.discount_id"
    # Where a page goes on there is the bound that the run begins at: a second one would be taken for it.
    here = "reduced_price(p.price, run.rate)"
    if "min_price" in shape.filters:
        goes_on = shape.paged and shape.sort == "price"
        least = "p.price >= list_price_from(%(min_price)s::numeric, run.rate)"
        yield f"{here} >= %(min_price)s" if goes_on else least
    if "max_price" in shape.filters:
        goes_on = shape.paged and shape.sort == "-price"
        most = "p.price < list_price_from(%(max_price)s::numeric + 0.01, run.rate)"
        yield f"{here} <= %(max_price)s" if goes_on else most


def _found(shape: Shape) -> str:
    """Return a page of all that a search finds, which comes in no order."""
    keys = {"name": ["plain_text(p.name)", "p.id"], "newest": ["p.id"]}.get(
        shape.sort, [_PRICE_TODAY, "p.price", "p.id"]
    )
    return _sorted(shape, _selection(shape, keys, _conditions(shape)))


def _ranked(shape: Shape) -> str:
    """Return a page of what a search finds, the best first."""
    numbers = range(shape.word_count)
    relevance = _RELEVANCE.format(words=" + ".join(_WORD_RELEVANCE.format(n=n) for n in numbers))
    found = _selection(shape, ["plain_text(p.name)", "p.id"], _conditions(shape))
    return _sorted(
        shape,
        f"""
        SELECT {relevance} AS key_0, id AS key_1
        FROM ({found} LIMIT {MOST_RANKED}) found (name, id)""",
    )


def _sorted(shape: Shape, rows: str) -> str:
    # Materialized: else PostgreSQL may read the whole list in this order, looking for what was sought.
    return f"""
        WITH found AS MATERIALIZED ({rows})
        SELECT * FROM found {"WHERE " + shape.behind(*shape.keys) if shape.paged else ""}
        {shape.ordered(*shape.keys)} LIMIT %(limit)s"""


def _selection(shape: Shape, keys: list[str], conditions: list[str]) -> str:
    named = ", ".join(f"{key} AS key_{n}" for n, key in enumerate(keys))
    joins = [_TODAY] if "today." in " ".join([*keys, *conditions]) else []
    if "in_stock" in shape.filters:
        joins.append("JOIN sellable ON sellable.product_id = p.id")
    return f"SELECT {named} FROM product p {' '.join(joins)} WHERE {' AND '.join(conditions)}"


def _conditions(shape: Shape) -> list[str]:
    """Return what each product must fulfil, but for what a run has in its index."""
    found = ["p.active = %(active)s"]
    found += [_WORD.format(n=n) for n in range(shape.word_count)]
    if "brand" in shape.filters:
        found.append("p.brand_id = (SELECT id FROM brand WHERE code = %(brand)s)")
    if "category" in shape.filters and shape.word_count:
        found.append("p.category_id = ANY (ARRAY(SELECT category_id FROM below))")
    if "in_stock" in shape.filters:
        found.append("(sellable.available > 0) = %(in_stock)s")
    if not shape.by_price or shape.word_count:
        if "min_price" in shape.filters:
            found.append(f"{_PRICE_TODAY} >= %(min_price)s")
        if "max_price" in shape.filters:
            found.append(f"{_PRICE_TODAY} <= %(max_price)s")
    return found
