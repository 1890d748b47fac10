"""The statements of reports: sums by the day, or by what things are.

Each gives rows of a key (a day, an hour or a code), a name, a unit where all of it is counted in one, and its sums. They are
planned each time: what finds a day's rows best would take for ever with those of years.
"""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping

from app.core.database import Statement

_IDS = "(SELECT products_of(%(product)s::text, %(brand)s::text, %(category)s::text))::bigint[]"
_OF_SUPPLIER = "(%(supplier)s::text IS NULL OR d.supplier_id = (SELECT s.id FROM supplier s WHERE s.code = %(supplier)s))"
# Of a row `d` of something; and in what it is counted, with its product `p`, if it has one.
_WANTED = f"({_IDS} IS NULL OR d.product_id IN (SELECT unnest({_IDS}))) AND {_OF_SUPPLIER}"
_UNIT = "CASE WHEN min(coalesce(p.unit, 'piece')) = max(coalesce(p.unit, 'piece')) THEN min(coalesce(p.unit, 'piece')) END"

# How rows are grouped, and what the groups are called.
_THINGS: Mapping[str, tuple[str, str, str]] = {
    "product": (
        "d.product_id, d.deposit",
        "coalesce(n.code, g.deposit), coalesce(n.name, (SELECT x.name FROM deposit x WHERE x.code = g.deposit), g.deposit)",
        "LEFT JOIN product n ON n.id = g.product_id",
    ),
    "category": (
        "p.category_id",
        "n.code, n.name",
        "LEFT JOIN category n ON n.id = g.category_id",
    ),
    "brand": ("p.brand_id", "n.code, n.name", "LEFT JOIN brand n ON n.id = g.brand_id"),
    "supplier": (
        "d.supplier_id",
        "n.code, n.name",
        "LEFT JOIN supplier n ON n.id = g.supplier_id",
    ),
}


def _planned(sql: str) -> Statement:
    return Statement(sql, read=True, prepared=False)


def _by_thing(source: str, sums: str, having: str = "true") -> dict[str, Statement]:
    """Return the statements on rows of (product_id, deposit, supplier_id, …) that sum them up by what things are.

    Sums for which `having` does not hold are left out.
    """
    return {
        by: _planned(
            f"""
            SELECT {named}, g.unit, g.sums FROM (
                SELECT {group}, {_UNIT} AS unit, ARRAY[{sums}]::numeric[] AS sums
                FROM {source} d LEFT JOIN product p ON p.id = d.product_id
                WHERE {_WANTED} GROUP BY {group} HAVING {having}
            ) g {joined}
            """,
        )
        for by, (group, named, joined) in _THINGS.items()
    }


def _by(source: str, key: str, sums: str) -> Statement:
    """Return the statement that sums up the same rows by an expression on `d`."""
    return _planned(
        f"""
        SELECT {key}, NULL, {_UNIT}, ARRAY[{sums}]::numeric[]
        FROM {source} d LEFT JOIN product p ON p.id = d.product_id
        WHERE {_WANTED} GROUP BY {key} ORDER BY {key}
        """,
    )


def _kept(table: str, raw: str) -> str:
    """Return the rows of some days: those that were summed up, and what happened on the others."""
    return f"""(
        SELECT t.* FROM {table} t WHERE t.day >= %(since)s::date AND t.day <= %(until)s::date
        UNION ALL
        SELECT r.* FROM summed_until u CROSS JOIN LATERAL {raw}(greatest(%(since)s::date, u.day + 1), %(until)s::date) r
    )"""


def _of_kept(table: str, raw: str, key: str, second: str, sums: str) -> Statement:
    return _planned(
        f"""
        SELECT d.{key}, {second}, NULL, ARRAY[{sums}]::numeric[] FROM {_kept(table, raw)} d
        GROUP BY d.{key}, {second} ORDER BY d.{key}, {second}
        """,
    )


_MONEY = "sum(d.gross), sum(d.vat), sum(d.cost)"
_SOLD = f"0, {_MONEY}, sum(d.purchases)"
_SALES = f"product_sums(%(since)s::date, %(until)s::date, {_IDS})"
_OF_SALES = f"sum(d.quantity), {_MONEY}"
_RATES = "sum(d.gross), sum(d.vat)"
_PAID = "sum(d.taken), sum(d.given_back), sum(d.rounding)"
# In a session of the app days begin when the shop's do.
_WASTE = """(
    SELECT m.product_id, ''::text AS deposit, coalesce(s.supplier_id, 0) AS supplier_id, m.reason, m.at::date AS day,
           -m.quantity AS quantity, -m.quantity * s.unit_cost AS cost
    FROM stock_movement m JOIN stock s ON s.id = m.stock_id
    WHERE m.kind = 'waste' AND m.at >= %(since)s::date AND m.at < %(until)s::date + 1
)"""
_VALUE = "(SELECT v.*, ''::text AS deposit, v.on_hand AS quantity FROM stock_value(%(on)s::date) v)"
_EXPIRING = """(
    SELECT s.product_id, ''::text AS deposit, coalesce(s.supplier_id, 0) AS supplier_id, s.expires_on AS day,
           s.on_hand AS quantity, s.on_hand * s.unit_cost AS cost
    FROM stock s WHERE s.on_hand > 0 AND s.expires_on <= CURRENT_DATE + %(days)s::integer
)"""
_QUANTITY_AND_COST = "sum(d.quantity), sum(d.cost)"
_OUT = """(
    SELECT o.*, ''::text AS deposit, 0 AS supplier_id FROM stock_outs(%(since)s::date, least(%(until)s::date, CURRENT_DATE - 1)) o
)"""

SALES_BY_HOUR = _of_kept("sold_hour", "hours_of_sales", "hour", "NULL::text", _SOLD)
SALES_BY_DAY = _of_kept("sold_hour", "hours_of_sales", "day", "NULL::text", _SOLD)
# A supplier that nobody knows is none: -1.
SOME_SALES_BY_DAY = _planned(
    f"""
    SELECT d.day, NULL, (SELECT {_UNIT} FROM product p WHERE p.id = ANY ({_IDS})), ARRAY[d.quantity, d.gross, d.vat, d.cost]::numeric[]
    FROM days_of_some(%(since)s::date, %(until)s::date, {_IDS}, CASE WHEN %(supplier)s::text IS NOT NULL THEN
        coalesce((SELECT s.id FROM supplier s WHERE s.code = %(supplier)s), -1) END) d
    ORDER BY d.day
    """,
)
# What was sold and came back is a row of nothing.
SALES = _by_thing(
    _SALES,
    _OF_SALES,
    "sum(d.quantity) <> 0 OR sum(d.gross) <> 0 OR sum(d.vat) <> 0 OR sum(d.cost) <> 0",
)
VAT_BY_DAY = _of_kept("vat_day", "days_of_rates", "day", "d.rate::text", _RATES)
PAYMENTS_BY = {
    by: _of_kept("paid_hour", "hours_of_payments", by, "d.method", _PAID)
    for by in ("day", "hour", "till", "method")
}
WASTE_BY_DAY = _by(_WASTE, "d.day", _QUANTITY_AND_COST)
WASTE_BY_REASON = _by(_WASTE, "d.reason", _QUANTITY_AND_COST)
WASTE = _by_thing(_WASTE, _QUANTITY_AND_COST)
VALUATION = _by_thing(_VALUE, _QUANTITY_AND_COST)
EXPIRING_BY_DAY = _by(_EXPIRING, "d.day", _QUANTITY_AND_COST)
EXPIRING = _by_thing(_EXPIRING, _QUANTITY_AND_COST)
STOCK_OUTS = _by_thing(
    _OUT,
    "sum(d.days_out), sum(d.quantity), sum(d.gross), sum(d.lost), sum(round(d.lost * d.gross / d.quantity, 2))",
)["product"]
PROMOTIONS = _planned(
    f"""
    SELECT g.kind || ':' || g.code, coalesce(c.name, o.name), g.unit, g.sums
    FROM (
        SELECT d.kind, d.code, {_UNIT} AS unit,
               ARRAY[sum(d.lines), sum(d.quantity), sum(d.gross), sum(d.vat), sum(d.cost), sum(d.taken_off)]::numeric[] AS sums
        FROM (SELECT k.*, 0 AS supplier_id FROM {_kept("promoted_day", "days_of_promotions")} k) d
        LEFT JOIN product p ON p.id = d.product_id
        WHERE {_WANTED} GROUP BY d.kind, d.code
    ) g
    LEFT JOIN discount c ON g.kind IN ('discount', 'multi_buy') AND c.code = g.code
    LEFT JOIN coupon o ON g.kind = 'coupon' AND o.code = g.code
    """,
)
TODAY = Statement("SELECT CURRENT_DATE")
