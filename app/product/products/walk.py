"""The SQL that walks a list of products in its order.

A page costs the same from a thousand products to a million, because it is read from an index in its order, from where
the page before ended. A list of a category, or by price, has no such index: a category is its whole subtree, and what is
charged today depends on discounts that come and go. But each category of the subtree has one, and so has each set of discounts
that products may have, as none changes the order of prices. So a page is merged from the first products of each such run.

What no index tells of a product is looked up on the way, and a walk looks at so many products. A page may end there, before
it is full: the row where a run was left has `stops`, and no row behind the first such one is to be trusted.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Iterator

from app.product.products.shape import TODAY, Shape, named

MOST_ROWS = 101
"""How many rows a page has at most, with the one that only tells that there is more."""

MOST_LOOKED_AT = 2000
"""At how many products a page looks, in all its runs together, for those that fulfil what no index tells."""

BELOW = """below (category_id) AS (
    SELECT id FROM category WHERE code = %(category)s
    UNION ALL
    SELECT c.id FROM category c JOIN below b ON c.parent_id = b.category_id)"""

# What takes off most today, of rates and of amounts. Sets of which nothing runs today reduce nothing, like none.
_RATES = """rates (discount_set, rate, amount) AS (
    SELECT 0, 0.0000, NULL
    UNION ALL
    SELECT s.id, coalesce(max(d.rate), 0), max(d.amount)
    FROM discount_set s LEFT JOIN discount_today d ON d.id = ANY (s.discounts) GROUP BY s.id)"""

# Where the runs go on. Of list prices that are brought to the same price, the lower one comes first.
_STARTS = """starts (discount_set, rate, amount, price, id) AS (
    SELECT discount_set, rate, amount,
        CASE WHEN here.price = %(after_0)s::numeric THEN %(after_1)s::numeric
            WHEN here.price > %(after_0)s::numeric
            THEN list_price_of(%(after_0)s::numeric + 0.01, rate, amount)
            ELSE list_price_of(%(after_0)s::numeric, rate, amount) END,
        CASE WHEN here.price = %(after_0)s::numeric THEN %(after_2)s::bigint ELSE 0 END
    FROM rates CROSS JOIN LATERAL (
        SELECT price_off(%(after_1)s::numeric, rate, amount) AS price) here)"""


def walk(shape: Shape, limit: str = "%(limit)s", most: int = MOST_ROWS) -> tuple[str, list[str]]:
    """Return the SQL for the rows (*key, hit, stops) of a page, and the tables that it reads.

    They are at most `limit`, which is SQL and never more than `most`.
    """
    runs: list[str] = []
    tables: list[str] = []
    conditions = _offered(shape)
    if "brand" in shape.filters:
        conditions.append("p.brand_id = (SELECT id FROM brand WHERE code = %(brand)s)")
    if "category" in shape.filters:
        runs.append("below")
        conditions.append("p.category_id = below.category_id")
    keys = shape.order
    behind = shape.behind(*keys)
    if shape.by_price:
        tables += [_RATES, _STARTS] if shape.paged else [_RATES]
        runs.append(f"{'starts' if shape.paged else 'rates'} run")
        conditions += _price_range(shape)
        keys = ("price_off(p.price, run.rate, run.amount)", *keys)
        behind = f"(p.price, p.id) {'<' if shape.sort == '-price' else '>'} (run.price, run.id)"
    if shape.paged and shape.sort != "newest":
        conditions.append(behind)
    run = _run(shape, keys, conditions, looks=_looks(runs), limit=limit, most=most)
    if not runs:
        return run, tables
    page = f"""
        SELECT next.* FROM {" CROSS JOIN ".join(runs)} CROSS JOIN LATERAL ({run}) next
        {shape.ordered(*shape.keys)} LIMIT {limit}"""
    return page, tables


def _run(
    shape: Shape, keys: tuple[str, ...], conditions: list[str], *, looks: str, limit: str, most: int
) -> str:
    """Return the first rows of one run."""
    order = shape.ordered(*(("p.active", "p.id") if shape.sort == "newest" else shape.order))
    where = " AND ".join(conditions)
    unindexed = " AND ".join(shape.unindexed())
    if not unindexed:
        rows = f"""
            SELECT {named(keys)}, true AS hit, false AS stops
            FROM product p WHERE {where} {order} LIMIT {most}"""
    else:
        # In the order of the subquery: to be told to sort, PostgreSQL would plan to read all of the run.
        rows = f"""
            SELECT {named(keys)}, place < {looks} OR {unindexed} AS hit, place = {looks} AS stops
            FROM (
                SELECT p.*, row_number() OVER ({order}) AS place
                FROM product p WHERE {where} {order} LIMIT {looks}) p
            {TODAY if "today." in unindexed else ""}
            WHERE place = {looks} OR {unindexed} LIMIT {most}"""
    # Of a limit that is a parameter, PostgreSQL thinks that it is a tenth of all rows.
    run_order = shape.ordered(*shape.keys[-len(shape.order) :])
    return f"SELECT * FROM ({rows}) rows {run_order} LIMIT {limit}"


def _offered(shape: Shape) -> list[str]:
    """Return the conditions for those on sale, or for those withdrawn."""
    if shape.sort != "newest":
        return ["p.active = %(active)s"]
    # Ids alone have an index too, and the planner may take it and read past all that were withdrawn, or were not.
    newest = "%(after_0)s::bigint - 1" if shape.paged else str(2**63 - 1)
    bounds = ("> (%(active)s, 0)", f"<= (%(active)s, {newest})")
    return [f"(p.active, p.id) {bound}" for bound in bounds]


def _looks(runs: list[str]) -> str:
    """Return how many products are looked at in each of the runs."""
    if not runs:
        return str(MOST_LOOKED_AT)
    counts = " * ".join(f"(SELECT count(*) FROM {run})" for run in runs)
    return f"(SELECT greatest({MOST_ROWS}, {MOST_LOOKED_AT} / greatest(1, {counts})))"


def _price_range(shape: Shape) -> Iterator[str]:
    """Yield what keeps a run by price to its discounts and to the prices asked for."""
    yield "p.discount_set = run.discount_set"
    # Where a page goes on there is the bound that the run begins at: a second one would be taken for it.
    here = "price_off(p.price, run.rate, run.amount)"
    if "min_price" in shape.filters:
        goes_on = shape.paged and shape.sort == "price"
        least = "p.price >= list_price_of(%(min_price)s::numeric, run.rate, run.amount)"
        yield f"{here} >= %(min_price)s" if goes_on else least
    if "max_price" in shape.filters:
        goes_on = shape.paged and shape.sort == "-price"
        most = "p.price < list_price_of(%(max_price)s::numeric + 0.01, run.rate, run.amount)"
        yield f"{here} <= %(max_price)s" if goes_on else most
