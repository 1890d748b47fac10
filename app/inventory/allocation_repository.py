"""Statements that promise stock to purchases, and that give it out and take it back.

All follow one order of locks: the levels of the products in product order, then their lots.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.core.database import Manager
from app.core.statement import Statement
from app.inventory.fefo import Lot, Pick

# A level that has too little is not even waited for: when something is sold out, the queue for it
# is over. The lock is taken in product order; the UPDATE finds the rows locked.
RESERVE_LEVELS = Statement("""
    WITH wanted AS (
        SELECT * FROM unnest(%(products)s::bigint[], %(quantities)s::numeric[])
            AS w (product_id, quantity)
    ), locked AS (
        SELECT l.product_id FROM stock_level l JOIN wanted w USING (product_id)
        WHERE l.on_hand - l.allocated >= w.quantity
        ORDER BY l.product_id FOR UPDATE OF l
    )
    UPDATE stock_level l SET allocated = l.allocated + w.quantity
    FROM wanted w JOIN locked USING (product_id)
    WHERE l.product_id = w.product_id
    RETURNING l.product_id
""")

# Read after the levels are locked, by a statement of its own: one that had waited for the locks
# would still see the lots as they were before.
FREE_LOTS = Statement("""
    SELECT id, product_id, on_hand - allocated, expires_on, CURRENT_DATE FROM stock
    WHERE product_id = ANY (%(products)s::bigint[]) AND on_hand > 0 AND on_hand > allocated
""")

RESERVE_LOTS = Statement("""
    UPDATE stock s SET allocated = s.allocated + p.quantity
    FROM unnest(%(lots)s::bigint[], %(quantities)s::numeric[]) AS p (stock_id, quantity)
    WHERE s.id = p.stock_id
""")

AVAILABLE = Statement("""
    SELECT product_id, available FROM availability
    WHERE product_id = ANY (%(products)s::bigint[])
""")

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

# What a purchase took from each lot and has not brought back.
SOLD_LOTS = Statement("""
    SELECT m.stock_id, m.product_id, -sum(m.quantity), s.expires_on
    FROM stock_movement m JOIN stock s ON s.id = m.stock_id
    WHERE m.purchase_id = %(purchase)s
    GROUP BY m.stock_id, m.product_id, s.expires_on HAVING sum(m.quantity) < 0
""")

TAKE_BACK = Statement("""
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, login_id, purchase_id)
    SELECT 'return', p.product_id, p.stock_id, p.quantity, %(reason)s, %(login)s, %(purchase)s::uuid
    FROM unnest(%(products)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[])
        AS p (product_id, stock_id, quantity)
    ORDER BY p.product_id, p.stock_id
""")


class AllocationRepository:
    """Reads and writes what of the stock is promised to whom. For use within a transaction."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def reserve_levels(self, wanted: Sequence[tuple[int, Decimal]]) -> set[int]:
        """Promise (product id, quantity) pairs in the levels; return the products that had enough."""
        rows = await self._manager.fetch(
            RESERVE_LEVELS,
            products=[product for product, _ in wanted],
            quantities=[quantity for _, quantity in wanted],
        )
        return {product for (product,) in rows}

    async def free_lots(self, products: Iterable[int]) -> tuple[list[Lot], date]:
        """Return the lots with something free, expired ones too, and the shop's today."""
        rows = await self._manager.fetch(FREE_LOTS, products=list(products))
        return [Lot(*row[:4]) for row in rows], rows[0][4] if rows else date.min

    async def reserve_lots(self, picks: Sequence[Pick]) -> None:
        """Promise the picks in their lots."""
        await self._manager.run(
            RESERVE_LOTS,
            lots=[pick.lot_id for pick in picks],
            quantities=[pick.quantity for pick in picks],
        )

    async def available(self, products: Iterable[int]) -> dict[int, Decimal]:
        """Return what of each product can be sold today."""
        return dict(await self._manager.fetch(AVAILABLE, products=list(products)))

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
        await self._manager.run(ASSIGN, purchase=purchase, **_columns(picks))

    async def sell(self, purchase: str, login_id: int | None) -> None:
        """Write the sale of all that is allocated to a purchase."""
        await self._manager.run(SELL, purchase=purchase, login=login_id)

    async def sold_lots(self, purchase: str) -> list[Lot]:
        """Return the lots that a purchase was served from; `free` is what it still has of each."""
        return [Lot(*row) for row in await self._manager.fetch(SOLD_LOTS, purchase=purchase)]

    async def take_back(
        self, purchase: str, picks: Sequence[Pick], reason: str, login_id: int | None
    ) -> None:
        """Write the return of `picks` from a purchase."""
        await self._manager.run(
            TAKE_BACK, purchase=purchase, reason=reason, login=login_id, **_columns(picks)
        )


def _columns(picks: Sequence[Pick]) -> dict[str, list[int] | list[Decimal]]:
    return {
        "products": [pick.product_id for pick in picks],
        "lots": [pick.lot_id for pick in picks],
        "quantities": [pick.quantity for pick in picks],
    }
