"""The SQL that selects a page of products: of a list, or of what a search finds in it.

What a search finds comes in no order. Where it is little, it is put in order. Where it is very much, the list is walked in its
order, as it is without a search: the next product that has the words is never far.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from dataclasses import replace

from app.product.products.shape import NAMED, PRICE_TODAY, QUERY, TODAY, Shape, named
from app.product.products.statements import products
from app.product.products.walk import BELOW, walk

MOST_FOUND = 10_000
"""How many products that a search finds are put in order; of more, the list is walked."""

MOST_RANKED = 1000
"""How many of them are put in the order of relevance. Both are in the API's description too."""

# What was typed stands for a query, misspelt or not, and for products: the database has the catalogue's words.
_SOUGHT = "sought AS MATERIALIZED (SELECT * FROM sought_products(%(q)s, %(in_part)s, %(active)s))"

_COLUMNS = "id, name, active, price, brand_id, category_id, discount_set"

# One more than are put in order, wanted or not: how many there are has to be known first.
# What has some of the words in its ingredients alone comes behind, and first goes without.
_FEW = f"""few AS MATERIALIZED (
    SELECT {_COLUMNS}, false AS by_ingredients FROM product WHERE search @@ {QUERY}
    UNION ALL
    SELECT {_COLUMNS}, true FROM product
    WHERE search_with_ingredients @@ {QUERY} AND (search @@ {QUERY}) IS NOT TRUE
    LIMIT {MOST_FOUND + 1})"""
_FOUND = f"""(
    SELECT {_COLUMNS}, false AS by_ingredients FROM product
    WHERE id = ANY ({NAMED}) AND (search @@ {QUERY} OR search_with_ingredients @@ {QUERY}) IS NOT TRUE
    UNION ALL
    SELECT * FROM few)"""
VERY_MANY = f"(SELECT count(*) > {MOST_FOUND} FROM few)"

# What is named comes first, whatever its name, and what only ingredients tell of comes last.
_RELEVANCE = """relevance(words, name)
    + CASE WHEN id = ANY (named) THEN 10000 WHEN by_ingredients THEN -20000 ELSE 0 END"""
# Of what is as relevant, what sold more.
_SALES = "coalesce((SELECT s.sales FROM sales_rank s WHERE s.product_id = id), 0)"
_BY_INGREDIENTS = (
    f"(SELECT (p.search @@ {QUERY}) IS NOT TRUE FROM product p WHERE p.id = walked.key_1)"
)


def select(shape: Shape) -> str:
    """Return the SQL for the rows (JSON, *key, hit, stops) of a page: all parameters are named as in listing()."""
    if shape.sort == "relevance":
        page, tables = _ranked(shape)
    elif shape.searched:
        page, tables = _sorted(shape)
    else:
        page, tables = walk(shape)
    if "category" in shape.filters:
        tables = [BELOW, *tables]
    before = f"WITH RECURSIVE {', '.join(tables)}" if tables else ""
    order = shape.ordered(*(f"page.{key}" for key in shape.keys))
    return f"{before} {products(page, shape.keys)} {order}"


def found(shape: Shape) -> str:
    """Return the SQL for the id of each that a search finds and that is wanted but for what is looked up of it.

    Of VERY_MANY it has only some. It stands on tables_of().
    """
    return f"SELECT p.id FROM ({_wanted(shape, 'p.name')}) p (id, name)"


def tables_of(shape: Shape) -> list[str]:
    """Return the tables that found() and the subtree of a category stand on."""
    return [BELOW] * ("category" in shape.filters) + [_SOUGHT, _FEW] * shape.searched


def _sorted(shape: Shape) -> tuple[str, list[str]]:
    """Return a page of what a search finds, in an order that lists have too."""
    keys = (PRICE_TODAY, *shape.order) if shape.by_price else shape.order
    # What no index tells is looked up last, in order, until the page is full.
    found = f"""
        SELECT {", ".join(shape.keys)}, true AS hit, false AS stops
        FROM (
            SELECT * FROM ({_wanted(shape, named(keys))}) found
            {"WHERE " + shape.behind(*shape.keys) if shape.paged else ""}
            {shape.ordered(*shape.keys)}) p (id, {", ".join(shape.keys)})
        WHERE {" AND ".join(["NOT " + VERY_MANY, *shape.looked_up()])} LIMIT %(limit)s"""
    walked, tables = walk(shape)
    page = f"""
        SELECT * FROM ({found}) found
        UNION ALL
        SELECT * FROM ({walked}) walked WHERE {VERY_MANY}
        {shape.ordered(*shape.keys)} LIMIT %(limit)s"""
    return page, [_SOUGHT, _FEW, *tables]


def _ranked(shape: Shape) -> tuple[str, list[str]]:
    """Return a page of what a search finds, the best first."""
    tables = [_SOUGHT, _FEW]
    found = _wanted(shape, "plain_text(p.name), p.by_ingredients")
    found = f"SELECT p.* FROM ({found}) p (id, name, by_ingredients) WHERE {' AND '.join(['true', *shape.looked_up()])}"
    if shape.filters & {"brand", "category"}:
        # Of very many, those of a brand may be anywhere; the brand's list has them.
        by_name = replace(shape, sort="name", paged=False)
        walked, more = walk(by_name, str(MOST_RANKED), MOST_RANKED)
        tables += more
        found = f"""
            SELECT * FROM ({found}) found WHERE NOT {VERY_MANY}
            UNION ALL
            SELECT key_1, key_0, {_BY_INGREDIENTS} FROM ({walked}) walked WHERE hit AND {VERY_MANY}"""
    ranked = f"""
        SELECT {_RELEVANCE} AS key_0, {_SALES} AS key_1, id AS key_2, true AS hit, false AS stops
        FROM ({found} LIMIT {MOST_RANKED}) found, sought"""
    page = f"""
        SELECT * FROM ({ranked}) ranked {"WHERE " + shape.behind(*shape.keys) if shape.paged else ""}
        {shape.ordered(*shape.keys)} LIMIT %(limit)s"""
    return page, tables


def _wanted(shape: Shape, columns: str) -> str:
    """Return the id and the columns of those found that are wanted, in stock or not."""
    conditions = ["p.active = %(active)s", *shape.prices()]
    if "brand" in shape.filters:
        conditions.append("p.brand_id = (SELECT id FROM brand WHERE code = %(brand)s)")
    if "category" in shape.filters:
        conditions.append("p.category_id = ANY (ARRAY(SELECT category_id FROM below))")
    where = " AND ".join(conditions)
    today = TODAY if "today." in f"{columns} {where}" else ""
    return f"SELECT p.id, {columns} FROM {_FOUND} p {today} WHERE {where}"
