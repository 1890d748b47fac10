"""Statements that promise stock to purchases, and that give it out and take it back.

All follow one order of locks: the levels of the products in product order, then their lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.database import Manager
from app.core.statement import Statement

ALLOCATE = Statement(
    "SELECT * FROM allocate_stock(%(products)s::bigint[], %(quantities)s::numeric[])", read=False
)

# A lot is only ever touched while its product's level is held, so joining the lots to `locked`
# keeps the order of locks although both kinds of rows change in one statement.
RELEASE = Statement("""
    WITH given AS (
        SELECT l.product_id, a.stock_id, a.quantity
        FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id
        WHERE l.purchase_id = %(purchase)s
    ), locked AS (
        SELECT v.product_id FROM stock_level v
        WHERE v.product_id IN (SELECT product_id FROM given)
        ORDER BY v.product_id FOR UPDATE
    ), lots AS (
        UPDATE stock s SET allocated = s.allocated - g.quantity
        FROM locked JOIN given g USING (product_id)
        WHERE s.id = g.stock_id
    )
    UPDATE stock_level v SET allocated = v.allocated - g.quantity
    FROM locked JOIN (
        SELECT product_id, sum(quantity) AS quantity FROM given GROUP BY product_id
    ) g USING (product_id)
    WHERE v.product_id = locked.product_id
""")

LOCK_LEVELS = Statement("""
    SELECT v.product_id FROM stock_level v
    WHERE v.product_id IN (SELECT product_id FROM purchase_line WHERE purchase_id = %(purchase)s)
    ORDER BY v.product_id FOR UPDATE
""")

HAS_EXPIRED = Statement("""
    SELECT EXISTS (
        SELECT FROM purchase_line l
        JOIN allocation a ON a.purchase_line_id = l.id JOIN stock s ON s.id = a.stock_id
        WHERE l.purchase_id = %(purchase)s AND s.expires_on < CURRENT_DATE)
""")

# For levels that are locked already.
DROP_EXPIRED = Statement("""
    WITH gone AS (
        DELETE FROM allocation a USING purchase_line l, stock s
        WHERE l.purchase_id = %(purchase)s AND a.purchase_line_id = l.id
            AND s.id = a.stock_id AND s.expires_on < CURRENT_DATE
        RETURNING l.product_id, l.code, a.stock_id, a.quantity
    ), lots AS (
        UPDATE stock s SET allocated = s.allocated - gone.quantity
        FROM gone WHERE s.id = gone.stock_id
    ), wanted AS (
        SELECT product_id, code, sum(quantity) AS quantity FROM gone GROUP BY product_id, code
    ), levels AS (
        UPDATE stock_level v SET allocated = v.allocated - wanted.quantity
        FROM wanted WHERE v.product_id = wanted.product_id
    )
    SELECT product_id, code, quantity FROM wanted ORDER BY product_id
""")

ASSIGN = Statement("""
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
    SELECT l.id, p.stock_id, p.quantity
    FROM unnest(%(products)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[])
        AS p (product_id, stock_id, quantity)
    JOIN purchase_line l ON l.purchase_id = %(purchase)s AND l.product_id = p.product_id
    ON CONFLICT (purchase_line_id, stock_id)
        DO UPDATE SET quantity = allocation.quantity + EXCLUDED.quantity
""")

SELL = Statement("""
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, login_id, purchase_id)
    SELECT 'sale', l.product_id, a.stock_id, -a.quantity, %(login)s, l.purchase_id
    FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id
    WHERE l.purchase_id = %(purchase)s
    ORDER BY l.product_id, a.stock_id
""")

# What a purchase took from each lot and has not brought back goes onto the lots that expire first: goods never come back
# fresher than they may be. All of it, or nothing; then the rows say of which product less is out.
TAKE_BACK = Statement("""
    WITH sold AS (
        SELECT m.product_id, m.stock_id, -sum(m.quantity) AS quantity, s.expires_on
        FROM stock_movement m JOIN stock s ON s.id = m.stock_id
        WHERE m.purchase_id = %(purchase)s::uuid
        GROUP BY m.product_id, m.stock_id, s.expires_on HAVING sum(m.quantity) < 0
    ), returned AS MATERIALIZED (
        SELECT r.product_id, r.quantity, l.lots, l.quantities, l.expiries,
               coalesce(l.returnable, 0.000) AS returnable
        FROM unnest(%(products)s::bigint[], %(quantities)s::numeric[]) AS r (product_id, quantity)
        LEFT JOIN (
            SELECT product_id, array_agg(stock_id) AS lots, array_agg(quantity) AS quantities,
                   array_agg(expires_on) AS expiries, sum(quantity) AS returnable
            FROM sold GROUP BY product_id
        ) l USING (product_id)
    ), above AS (
        SELECT product_id, returnable FROM returned WHERE quantity > returnable
    ), written AS (
        INSERT INTO stock_movement
            (kind, product_id, stock_id, quantity, reason, login_id, purchase_id)
        SELECT 'return', r.product_id, f.stock_id, f.quantity, %(reason)s, %(login)s,
               %(purchase)s::uuid
        FROM returned r CROSS JOIN LATERAL fefo(r.lots, r.quantities, r.expiries, r.quantity) f
        WHERE NOT EXISTS (SELECT FROM above)
        ORDER BY r.product_id, f.stock_id
    )
    SELECT product_id, returnable FROM above
""")


@dataclass(frozen=True, slots=True)
class Pick:
    """So much of a product from that lot."""

    product_id: int
    lot_id: int
    quantity: Decimal


class AllocationRepository:
    """Reads and writes what of the stock is promised to whom. For use within a transaction."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def allocate(
        self, wanted: Sequence[tuple[int, Decimal]]
    ) -> tuple[list[Pick], dict[int, Decimal]]:
        """Promise (product id, quantity) pairs, all or nothing; each product once.

        Returns what comes from which lot, or what could be had of each that there is too little of.
        """
        rows = await self._manager.fetch(ALLOCATE, **_columns(wanted))
        picks = [Pick(*row[:3]) for row in rows if row[1] is not None]
        return picks, {row[0]: row[3] for row in rows if row[1] is None}

    async def release(self, purchase: str) -> None:
        """Take back the promise of all that a purchase was to get; the record of it stays."""
        await self._manager.run(RELEASE, purchase=purchase)

    async def has_expired(self, purchase: str) -> bool:
        """Say whether a lot that serves the purchase has expired."""
        return bool(await self._manager.fetch_value(HAS_EXPIRED, purchase=purchase))

    async def drop_expired(self, purchase: str) -> list[tuple[int, str, Decimal]]:
        """Give up expired lots of a purchase; return (product id, code, quantity) of what it lacks."""
        await self._manager.fetch(LOCK_LEVELS, purchase=purchase)
        return await self._manager.fetch(DROP_EXPIRED, purchase=purchase)

    async def assign(self, purchase: str, picks: Sequence[Pick]) -> None:
        """Record that the purchase's lines are served by `picks` too."""
        await self._manager.run(
            ASSIGN,
            purchase=purchase,
            lots=[pick.lot_id for pick in picks],
            **_columns([(pick.product_id, pick.quantity) for pick in picks]),
        )

    async def sell(self, purchase: str, login_id: int | None) -> None:
        """Write the sale of all that is allocated to a purchase."""
        await self._manager.run(SELL, purchase=purchase, login=login_id)

    async def take_back(
        self,
        purchase: str,
        returned: Sequence[tuple[int, Decimal]],
        reason: str,
        login_id: int | None,
    ) -> dict[int, Decimal]:
        """Write the return of (product id, quantity) pairs, each product once, onto their lots.

        If more of a product comes back than is still out, nothing is written, and what of it is
        still out is returned.
        """
        rows = await self._manager.fetch(
            TAKE_BACK, purchase=purchase, reason=reason, login=login_id, **_columns(returned)
        )
        return dict(rows)


def _columns(quantities: Sequence[tuple[int, Decimal]]) -> dict[str, list[int] | list[Decimal]]:
    return {
        "products": [product for product, _ in quantities],
        "quantities": [quantity for _, quantity in quantities],
    }
