"""The SQL that counts what a list has, by brand, category, price and allergen.

A thousand products that are wanted are counted, each by its id, and no more: what is counted costs the same in a shop of any
size. Of a list that nothing filters, `tidy` has counted all (count_facets), where they are more than that.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from app.core.database import Statement, json_array, json_object
from app.product.facets.schemas import FACETS, Facet
from app.product.food.schemas import ALLERGENS
from app.product.products.listing import Wanted
from app.product.products.selection import VERY_MANY, found, tables_of
from app.product.products.shape import PRICE_TODAY, TODAY, Shape
from app.product.products.walk import MOST_LOOKED_AT

MOST_COUNTED = 1000
"""How many products are counted at most. It is in the API's description too."""

MOST_VALUES = 100
"""How many brands and categories are told of, those of most products."""

# What to count of a product `m` that is wanted, as (facet, value).
_VALUES: dict[Facet, str] = {
    "brand": "SELECT 'brand', m.brand_id::text WHERE m.brand_id IS NOT NULL",
    "category": "SELECT 'category', m.category_id::text",
    "price": "SELECT 'price', width_bucket(m.price, price_ranges())::text",
    "allergens": "SELECT 'allergen', concat(a.key, ' ', a.value) FROM jsonb_each_text(m.allergens) a",
}


def counting(wanted: Wanted, facets: Sequence[Facet]) -> tuple[Statement, dict[str, Any]]:
    """Return the statement, and its parameters, for (JSON of the facets, whether there are more products)."""
    filters = wanted.filters()
    parameters = {**filters, "active": wanted.active}
    if wanted.q is not None:
        parameters |= {"q": wanted.q, "in_part": wanted.in_part}
    shape = Shape(frozenset(filters), wanted.q is not None, "name", paged=False)
    return _counting(shape, frozenset(facets)), parameters


def is_all(wanted: Wanted) -> bool:
    """Say whether that is all there is on sale: what kept() tells of."""
    return wanted.active and wanted.q is None and not wanted.filters()


@lru_cache(maxsize=64)
def kept(facets: frozenset[Facet]) -> Statement:
    """Return the statement for the JSON of the facets of all products on sale, as `tidy` has counted them; or no row."""

    def source(facet: str) -> str:
        return f"SELECT value, products FROM facet_count WHERE round = (SELECT finished FROM facet_round) AND facet = '{facet}'"

    head = """'{"more":false,"counted_at":"', rfc3339(r.counted_at), '"'"""
    return Statement(
        f"SELECT concat({head}, {_members(facets, source)}, '}}') FROM facet_round r WHERE r.counted_at IS NOT NULL",
        read=True,
    )


@lru_cache(maxsize=1024)
def _counting(shape: Shape, facets: frozenset[Facet]) -> Statement:
    conditions = shape.unindexed()
    looks = MOST_LOOKED_AT if conditions else MOST_COUNTED
    columns, where = "p.brand_id, p.category_id, p.allergens", " AND ".join(["true", *conditions])
    if "price" in facets:
        columns += f", {PRICE_TODAY} AS price"
    values = " UNION ALL ".join(_VALUES[facet] for facet in FACETS if facet in facets)
    tables = [
        *tables_of(shape),
        f"candidate AS MATERIALIZED ({_candidates(shape, looks + 1)})",
        f"""matched AS MATERIALIZED (
            SELECT {columns}
            FROM candidate c CROSS JOIN LATERAL (SELECT * FROM product WHERE id = c.id LIMIT 1) p
            {TODAY if "today." in columns + where else ""}
            WHERE {where} LIMIT {MOST_COUNTED + 1})""",
        f"""counts AS MATERIALIZED (
            SELECT v.facet, v.value, count(*) AS products
            FROM matched m CROSS JOIN LATERAL ({values}) v (facet, value) GROUP BY v.facet, v.value)""",
        f"""bound (more) AS (
            SELECT (SELECT count(*) FROM candidate) > {looks} OR (SELECT count(*) FROM matched) > {MOST_COUNTED})""",
    ]

    def source(facet: str) -> str:
        return f"SELECT value, products FROM counts WHERE facet = '{facet}'"

    head = """'{"more":', b.more::text, ',"counted_at":null'"""
    return Statement(
        f"""
        WITH RECURSIVE {", ".join(tables)}
        SELECT concat({head}, {_members(facets, source)}, '}}'), b.more FROM bound b
        """,
        read=True,
    )


def _candidates(shape: Shape, most: int) -> str:
    """Return the ids of up to so many products that indexes tell of, which may be wanted."""
    conditions = ["p.active = %(active)s"]
    if "brand" in shape.filters:
        conditions.append("p.brand_id = (SELECT id FROM brand WHERE code = %(brand)s)")
    if "category" in shape.filters:
        conditions.append("p.category_id = below.category_id")
    walked = f"""
        SELECT p.id FROM product p WHERE {" AND ".join(conditions)}
        ORDER BY plain_text(p.name), p.id LIMIT {most}"""
    if "category" in shape.filters:
        walked = f"SELECT run.id FROM below CROSS JOIN LATERAL ({walked}) run LIMIT {most}"
    if not shape.searched:
        return walked
    return f"""
        SELECT id FROM ({found(shape)}) found WHERE NOT {VERY_MANY}
        UNION ALL
        SELECT id FROM ({walked}) walked WHERE {VERY_MANY}
        LIMIT {most}"""


def _members(facets: frozenset[Facet], source: Callable[[str], str]) -> str:
    """Return the SQL for the JSON of the facets' members; `source` has the (value, products) of one."""
    texts = {
        "brand": _things("brand", source("brand")),
        "category": _things("category", source("category")),
        "price": _prices(source("price")),
        "allergens": _allergens(source("allergen")),
    }
    return ", ".join(f"""',"{facet}":', ({texts[facet]})""" for facet in FACETS if facet in facets)


def _things(table: str, source: str) -> str:
    item = json_object("'code', t.code, 'name', t.name, 'count', k.products")
    return f"""
        SELECT {json_array(item, "k.products DESC, plain_text(t.name), t.id")}
        FROM ({source} ORDER BY products DESC, value LIMIT {MOST_VALUES}) k JOIN {table} t ON t.id = k.value::bigint"""


def _prices(source: str) -> str:
    item = json_object(
        """'min_price', to_char(coalesce((price_ranges())[k.value::int], 0), 'FM9999999990.00'),
        'max_price', to_char((price_ranges())[k.value::int + 1] - 0.01, 'FM9999999990.00'), 'count', k.products"""
    )
    return f"SELECT {json_array(item, 'k.value::int')} FROM ({source}) k"


def _allergens(source: str) -> str:
    declared = [
        f"coalesce(sum(k.products) FILTER (WHERE split_part(k.value, ' ', 2) = '{what}'), 0) AS {what}"
        for what in ("contains", "may_contain", "free")
    ]
    item = json_object(
        "'allergen', a.allergen, 'contains', a.contains, 'may_contain', a.may_contain, 'free', a.free"
    )
    order = f"array_position('{{{','.join(ALLERGENS)}}}'::text[], a.allergen)"
    return f"""
        SELECT {json_array(item, order)}
        FROM (SELECT split_part(k.value, ' ', 1) AS allergen, {", ".join(declared)} FROM ({source}) k GROUP BY 1) a"""
