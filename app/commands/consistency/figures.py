"""What must be true of the sums of days that are over."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.commands.consistency.rule import Rule


def _sums(table: str, raw: str, keys: str, sums: str) -> Rule:
    """Return the rule that a table's `sums` by its `keys` are what the raw rows say, of all days that were summed up."""
    kept, found = (
        ", ".join(f"{alias}.{name}" for name in sums.split(", ")) for alias in ("k", "r")
    )
    return Rule(
        f"{table} has the sums of what happened",
        f"""
        SELECT '{table} ' || concat_ws(' ', {keys}), concat_ws(' ', 'has', {kept}, 'for', {found})
        FROM {table} k
        FULL JOIN (SELECT r.* FROM summed_until u CROSS JOIN LATERAL {raw} r) r USING ({keys})
        WHERE ({kept}) IS DISTINCT FROM ({found})
        """,
    )


RULES = (
    _sums(
        "product_day",
        "days_of_products(NULL, '-infinity', u.day)",
        "product_id, day, supplier_id, deposit",
        "quantity, gross, vat, cost, on_hand, on_hand_cost",
    ),
    _sums(
        "product_month",
        """(
            SELECT date_trunc('month', d.day)::date AS month, d.product_id, d.supplier_id, d.deposit, sum(d.quantity) AS quantity,
                sum(d.gross) AS gross, sum(d.vat) AS vat, sum(d.cost) AS cost
            FROM product_day d WHERE d.day < date_trunc('month', u.day + 1)
            GROUP BY 1, 2, 3, 4
            HAVING count(*) > count(*) FILTER (WHERE d.quantity = 0 AND d.gross = 0 AND d.vat = 0 AND d.cost = 0)
        )""",
        "month, product_id, supplier_id, deposit",
        "quantity, gross, vat, cost",
    ),
    _sums(
        "sold_hour",
        "hours_of_sales('-infinity', u.day)",
        "day, hour",
        "gross, vat, cost, purchases",
    ),
    _sums("vat_day", "days_of_rates('-infinity', u.day)", "day, rate", "gross, vat"),
    _sums(
        "paid_hour",
        "hours_of_payments('-infinity', u.day)",
        "day, hour, till, method",
        "taken, given_back, rounding",
    ),
    _sums(
        "promoted_day",
        "days_of_promotions('-infinity', u.day)",
        "day, kind, code, product_id",
        "lines, quantity, gross, vat, cost, taken_off",
    ),
)
