"""Statements about list prices over time."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.core.database import Manager, Statement, json_array, json_object
from app.product.prices.schemas import MOST_FORMER

_WHO = "(SELECT g.email FROM login g WHERE g.id = f.login_id)"
_COMING = json_object(f"'starts_on', f.starts_on, 'list_price', f.price::text, 'by', {_WHO}")
_FORMER = json_object(f"'list_price', f.price::text, 'until', rfc3339(f.until), 'by', {_WHO}")

# Rows are written too when other discounts come on a product: the last of those of one price says until when.
READ = Statement(
    "SELECT "
    + json_object(
        "'list_price', p.price::text",
        coming=f"(SELECT {json_array(_COMING, 'f.starts_on')} FROM coming_price f WHERE f.product_id = p.id)",
        former=f"""(
            SELECT {json_array(_FORMER, "f.id DESC")} FROM (
                SELECT f.* FROM (
                    SELECT f.*, lead(f.price, 1, p.price) OVER (ORDER BY f.id) AS following
                    FROM former_price f WHERE f.product_id = p.id
                ) f WHERE f.price <> f.following ORDER BY f.id DESC LIMIT {MOST_FORMER}) f)""",
    )
    + " FROM product p WHERE p.code = %(code)s",
    read=True,
)

LOCK = Statement(
    "SELECT p.id, CURRENT_DATE FROM product p WHERE p.code = %(code)s FOR NO KEY UPDATE OF p",
    read=False,
)

# What stays as it is, stays his who said so. What has come is begin_day's, though nobody has listed it yet.
PLAN = Statement(
    """
    WITH planned AS (
        SELECT * FROM unnest(%(days)s::date[], %(prices)s::numeric[]) AS w (starts_on, price)
    ), dropped AS (
        DELETE FROM coming_price c WHERE c.product_id = %(product)s AND c.starts_on > CURRENT_DATE
            AND NOT EXISTS (SELECT FROM planned w WHERE w.starts_on = c.starts_on)
    )
    INSERT INTO coming_price AS c (product_id, starts_on, price, login_id)
        SELECT %(product)s, w.starts_on, w.price, %(by)s FROM planned w
        ON CONFLICT (product_id, starts_on) DO UPDATE SET price = EXCLUDED.price, login_id = EXCLUDED.login_id
        WHERE c.price <> EXCLUDED.price
    """,
    read=False,
)

BEGIN_DAY = Statement("SELECT listed, today FROM begin_day(%(limit)s)", read=False)


class PriceRepository:
    """List prices over time in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, code: str) -> str | None:
        """Return the JSON of a product's prices; None if there is no such product."""
        found: str | None = await self._manager.fetch_value(READ, code=code)
        return found

    async def lock(self, code: str) -> tuple[int, date] | None:
        """Return a product's id, and which day it is in the shop; None if there is no such product."""
        row = await self._manager.fetch_one(LOCK, code=code)
        return None if row is None else (row[0], row[1])

    async def plan(self, product_id: int, prices: Mapping[date, Decimal], by: int | None) -> None:
        """Have a product listed at these prices from these days on, and at no others."""
        await self._manager.run(
            PLAN, product=product_id, days=[*prices], prices=[*prices.values()], by=by
        )

    async def begin_day(self, limit: int) -> tuple[int, date]:
        """List up to `limit` products at the prices whose day has come; return how many, and which day it is."""
        row = await self._manager.fetch_one(BEGIN_DAY, limit=limit)
        assert row is not None  # noqa: S101 - a function with OUT parameters has one row
        return row[0], row[1]
