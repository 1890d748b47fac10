"""Statements that move what was promised to purchases, and that give it out and take it back.

All follow one order of locks: the purchase whose promises change, the levels of the products in product order, then
their lots. Behind a level, purchases are only tried for.
"""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Sequence
from decimal import Decimal

from app.core.database import Manager, Statement

# A lot is only ever touched while its product's level is held, so joining the lots to `locked`
# keeps the order of locks although both kinds of rows change in one statement. What is given is
# read before the levels are held: nobody changes it but who holds the purchases.
RELEASE = Statement("""
    WITH given AS (
        SELECT l.product_id, a.stock_id, sum(a.quantity) AS quantity
        FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id
        WHERE l.purchase_id = ANY(%(purchases)s::text[]::uuid[])
        GROUP BY l.product_id, a.stock_id
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

LACKING = Statement("""
    SELECT l.code, sum(e.quantity), sum(e.movable)
    FROM expired_promise e JOIN purchase_line l ON l.id = e.purchase_line_id
    WHERE e.product_id = ANY(%(products)s::bigint[]) AND e.purchase_id = %(purchase)s::uuid
    GROUP BY l.id, l.code HAVING sum(e.movable) < sum(e.quantity)
    ORDER BY l.id
""")

MOVABLE = Statement("""
    SELECT DISTINCT e.purchase_id::text FROM expired_promise e
    JOIN purchase p ON p.id = e.purchase_id AND p.picked_at IS NULL WHERE e.movable > 0 LIMIT %(limit)s
""")

HOLD = Statement("""
    SELECT id FROM purchase WHERE id = %(purchase)s::uuid AND status = 'placed' AND picked_at IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
""")

_HOLDERS = """
    SELECT p.id::text FROM purchase p
    WHERE p.status = 'placed' AND p.picked_at IS NULL AND p.id IN (
        SELECT l.purchase_id FROM allocation a JOIN purchase_line l ON l.id = a.purchase_line_id
        WHERE a.stock_id = %(lot)s)"""

# In one order, so that two who do this cannot deadlock.
LOCK_HOLDERS = Statement(f"""
    {_HOLDERS}
        AND (SELECT s.on_hand - s.allocated < %(quantity)s FROM stock s WHERE s.id = %(lot)s)
    ORDER BY p.id FOR NO KEY UPDATE
""")

TRY_HOLDERS = Statement(f"{_HOLDERS} FOR NO KEY UPDATE SKIP LOCKED")

# What can be sold of products at their full price, as fefo() wants it.
_FREE = """
    SELECT s.product_id, array_agg(s.id) AS lots, array_agg(s.on_hand - s.allocated) AS free,
           array_agg(s.expires_on) AS expiries
    FROM stock s
    WHERE s.product_id = ANY(%(products)s::bigint[]) AND s.on_hand > 0 AND s.on_hand > s.allocated
        AND (s.expires_on IS NULL OR s.expires_on >= CURRENT_DATE)
        AND NOT EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id)"""

# Of `moved`, which says how much of a line's promise goes from which lot (source) to which (target). What a level has
# promised in all stays the same.
_REASSIGN = """
    taken AS (
        SELECT purchase_line_id, source AS stock_id, sum(quantity) AS quantity
        FROM moved GROUP BY purchase_line_id, source
    ), ended AS (
        DELETE FROM allocation a USING taken t
        WHERE (a.purchase_line_id, a.stock_id) = (t.purchase_line_id, t.stock_id)
            AND a.quantity = t.quantity
    ), lowered AS (
        UPDATE allocation a SET quantity = a.quantity - t.quantity FROM taken t
        WHERE (a.purchase_line_id, a.stock_id) = (t.purchase_line_id, t.stock_id)
            AND a.quantity > t.quantity
    ), given AS (
        INSERT INTO allocation (purchase_line_id, stock_id, quantity)
        SELECT purchase_line_id, target, sum(quantity) FROM moved GROUP BY purchase_line_id, target
        ON CONFLICT (purchase_line_id, stock_id)
            DO UPDATE SET quantity = allocation.quantity + EXCLUDED.quantity
    )
    UPDATE stock s SET allocated = s.allocated + d.quantity
    FROM (
        SELECT m.lot, sum(m.quantity) AS quantity FROM (
            SELECT source AS lot, -quantity AS quantity FROM moved
            UNION ALL SELECT target, quantity FROM moved
        ) m GROUP BY m.lot
    ) d
    WHERE s.id = d.lot"""

# For purchases and levels that are locked already, as is the next.
MOVE_EXPIRED = Statement(f"""
    WITH free AS ({_FREE} GROUP BY s.product_id),
    moved AS MATERIALIZED (
        SELECT e.purchase_line_id, e.stock_id AS source, f.stock_id AS target, f.quantity
        FROM expired_promise e
        JOIN free ON free.product_id = e.product_id
        CROSS JOIN LATERAL
            fefo(free.lots, free.free, free.expiries, e.movable, e.before, NULL) f
        WHERE e.product_id = ANY(%(products)s::bigint[])
            AND e.purchase_id = ANY(%(purchases)s::text[]::uuid[])
            AND (%(lot)s::bigint IS NULL OR e.stock_id = %(lot)s)
    ), {_REASSIGN}
""")

# So much of what a lot has promised goes to other lots: the latest promises, behind those that have expired.
MOVE_AWAY = Statement(f"""
    WITH free AS ({_FREE} AND s.id <> %(lot)s GROUP BY s.product_id),
    promised AS (
        SELECT a.purchase_line_id, a.stock_id, s.product_id, a.quantity,
               coalesce(sum(a.quantity) OVER (
                   ORDER BY a.purchase_line_id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM stock s
        JOIN allocation a ON a.stock_id = s.id
        JOIN purchase_line l ON l.id = a.purchase_line_id
        WHERE s.id = %(lot)s AND (s.expires_on IS NULL OR s.expires_on >= CURRENT_DATE)
            AND l.purchase_id = ANY(%(purchases)s::text[]::uuid[])
    ), expired AS (
        SELECT coalesce(sum(quantity), 0) AS quantity FROM expired_promise
        WHERE product_id = ANY(%(products)s::bigint[])
    ), moved AS MATERIALIZED (
        SELECT p.purchase_line_id, p.stock_id AS source, f.stock_id AS target, f.quantity
        FROM promised p
        CROSS JOIN expired e
        JOIN free ON free.product_id = p.product_id
        CROSS JOIN LATERAL fefo(
            free.lots, free.free, free.expiries, least(p.quantity, %(quantity)s - p.before),
            e.quantity + p.before, NULL) f
    ), {_REASSIGN}
""")

ISSUE = Statement("""
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, login_id, purchase_id, purchase_line_id)
    SELECT %(kind)s, l.product_id, a.stock_id, -a.quantity, %(reason)s, %(login)s, l.purchase_id, l.id
    FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id
    WHERE l.purchase_id = %(purchase)s
    ORDER BY l.product_id, a.stock_id
""")

# What a line took from each lot and has not brought back goes onto the lots that expire first: goods never come back
# fresher than they may be. All of it, or nothing; then the rows say of which line less is out. Returns of before name no
# line: then it was the product's only one. The CASE keeps a plan from looking up all that ever went from a lot.
TAKE_BACK = Statement("""
    WITH sold AS (
        SELECT a.purchase_line_id AS line, l.product_id, a.stock_id, s.expires_on, a.quantity - coalesce((
                   SELECT sum(m.quantity) FROM stock_movement m
                   WHERE m.purchase_id = l.purchase_id AND m.kind = 'return'
                       AND CASE m.stock_id WHEN a.stock_id THEN coalesce(m.purchase_line_id, l.id) = l.id END), 0) AS quantity
        FROM purchase_line l
        JOIN allocation a ON a.purchase_line_id = l.id
        JOIN stock s ON s.id = a.stock_id
        WHERE l.purchase_id = %(purchase)s::uuid AND l.id = ANY(%(lines)s::bigint[])
    ), returned AS MATERIALIZED (
        SELECT r.line, r.quantity, l.product_id, l.lots, l.quantities, l.expiries,
               coalesce(l.returnable, 0.000) AS returnable
        FROM unnest(%(lines)s::bigint[], %(quantities)s::numeric[]) AS r (line, quantity)
        LEFT JOIN (
            SELECT line, product_id, array_agg(stock_id) AS lots, array_agg(quantity) AS quantities,
                   array_agg(expires_on) AS expiries, sum(quantity) AS returnable
            FROM sold WHERE quantity > 0 GROUP BY line, product_id
        ) l USING (line)
    ), above AS (SELECT line, returnable FROM returned WHERE quantity > returnable),
    written AS (
        INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, login_id, purchase_id, purchase_line_id)
        SELECT k.kind, r.product_id, f.stock_id, k.sign * f.quantity, %(reason)s, %(login)s, %(purchase)s::uuid, r.line
        FROM returned r CROSS JOIN LATERAL fefo(r.lots, r.quantities, r.expiries, r.quantity) f
        CROSS JOIN (VALUES ('return', 1), ('waste', -1)) k (kind, sign)
        WHERE NOT EXISTS (SELECT FROM above) AND (k.sign > 0 OR %(wasted)s)
        ORDER BY r.product_id, f.stock_id, k.sign DESC
    )
    SELECT line, returnable FROM above
""")


class AllocationRepository:
    """Reads and writes what of the stock is promised to whom. For use within a transaction."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def release(self, purchases: Sequence[str]) -> None:
        """Take back the promise of all that purchases were to get; the record of it stays."""
        await self._manager.run(RELEASE, purchases=list(purchases))

    async def has_expired(self, purchase: str) -> bool:
        """Say whether a lot that serves the purchase has expired."""
        return bool(await self._manager.fetch_value(HAS_EXPIRED, purchase=purchase))

    async def lock_levels(self, purchase: str) -> list[int]:
        """Lock the stock of what a purchase has lines of; return the products' ids."""
        rows = await self._manager.fetch(LOCK_LEVELS, purchase=purchase)
        return [product_id for (product_id,) in rows]

    async def lacking(
        self, purchase: str, products: Sequence[int]
    ) -> list[tuple[str, Decimal, Decimal]]:
        """Return (code, expired, replaceable) of products whose promise cannot be kept in full."""
        return await self._manager.fetch(LACKING, purchase=purchase, products=list(products))

    async def movable(self, limit: int) -> list[str]:
        """Return purchases of which other lots can take over what expired lots have promised; but what is ready lies in a bag."""
        return [row[0] for row in await self._manager.fetch(MOVABLE, limit=limit)]

    async def hold(self, purchase: str) -> bool:
        """Lock a purchase; False if it has ended, or somebody else is at work on it."""
        return await self._manager.fetch_one(HOLD, purchase=purchase) is not None

    async def lock_holders(self, lot_id: int, quantity: Decimal) -> None:
        """Lock the purchases that a lot has promises to, if it has less than `quantity` free."""
        await self._manager.fetch(LOCK_HOLDERS, lot=lot_id, quantity=quantity)

    async def try_holders(self, lot_id: int) -> list[str]:
        """Lock the purchases that a lot has promises to; return those nobody else is at work on."""
        return [row[0] for row in await self._manager.fetch(TRY_HOLDERS, lot=lot_id)]

    async def move_expired(
        self, purchases: Sequence[str], products: Sequence[int], lot_id: int | None = None
    ) -> bool:
        """Move what expired lots of `products`, or one of them, promised to `purchases`.

        Of several purchases that lack the same, those that come first get it. Says whether anything
        was moved.
        """
        touched = await self._manager.run(
            MOVE_EXPIRED, purchases=list(purchases), products=list(products), lot=lot_id
        )
        return touched > 0

    async def move_away(
        self, lot_id: int, product_id: int, quantity: Decimal, purchases: Sequence[str]
    ) -> None:
        """Move up to `quantity` of what a lot promised to `purchases` to other lots."""
        await self._manager.run(
            MOVE_AWAY,
            lot=lot_id,
            products=[product_id],
            quantity=quantity,
            purchases=list(purchases),
        )

    async def take_out(self, purchase: str, kind: str, login_id: int | None, reason: str) -> None:
        """Write a `kind` of movement out of the stock for all that is allocated to a purchase."""
        await self._manager.run(ISSUE, purchase=purchase, kind=kind, login=login_id, reason=reason)

    async def take_back(
        self,
        purchase: str,
        returned: Sequence[tuple[int, Decimal]],
        reason: str,
        login_id: int | None,
        *,
        is_waste: bool,
    ) -> dict[int, Decimal]:
        """Write the return of (line, quantity) pairs, each line once, onto their lots; waste leaves these again.

        If more of a line comes back than is still out, nothing is written, and what of it is still out is returned.
        """
        rows = await self._manager.fetch(
            TAKE_BACK,
            purchase=purchase,
            reason=reason,
            login=login_id,
            wasted=is_waste,
            lines=[line for line, _ in returned],
            quantities=[quantity for _, quantity in returned],
        )
        return dict(rows)
