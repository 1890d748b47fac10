"""Statements that have a purchase's promises be what was picked for it; for who holds the purchase and its levels."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from app.core.database import Manager, Statement

# Whatever is promised above what came of a line, and all of those that are `emptied`: lots that have expired first, then
# those that expire last.
GIVE_BACK = Statement("""
    WITH back AS MATERIALIZED (
        SELECT a.purchase_line_id, a.stock_id, h.product_id, a.quantity AS promised, a.quantity - coalesce(k.quantity, 0) AS quantity
        FROM (
            SELECT l.id, l.product_id, CASE WHEN l.id = ANY(%(emptied)s::bigint[]) THEN 0 ELSE l.quantity END AS kept,
                   array_agg(s.id) AS lots, array_agg(a.quantity) AS promised,
                   array_agg(CASE WHEN s.expires_on IS NULL THEN 'infinity' WHEN s.expires_on >= CURRENT_DATE THEN s.expires_on END)
                       AS expiries
            FROM purchase_line l
            JOIN allocation a ON a.purchase_line_id = l.id
            JOIN stock s ON s.id = a.stock_id
            WHERE l.purchase_id = %(purchase)s::uuid
            GROUP BY l.id
        ) h
        JOIN allocation a ON a.purchase_line_id = h.id
        LEFT JOIN LATERAL fefo(h.lots, h.promised, h.expiries, h.kept, 0, NULL) k ON k.stock_id = a.stock_id
        WHERE coalesce(k.quantity, 0) < a.quantity
    ), ended AS (
        DELETE FROM allocation a USING back b
        WHERE (a.purchase_line_id, a.stock_id) = (b.purchase_line_id, b.stock_id) AND b.quantity = b.promised
    ), lowered AS (
        UPDATE allocation a SET quantity = a.quantity - b.quantity FROM back b
        WHERE (a.purchase_line_id, a.stock_id) = (b.purchase_line_id, b.stock_id) AND b.quantity < b.promised
    ), lots AS (
        UPDATE stock s SET allocated = s.allocated - b.quantity
        FROM (SELECT stock_id, sum(quantity) AS quantity FROM back GROUP BY stock_id) b
        WHERE s.id = b.stock_id
    )
    UPDATE stock_level v SET allocated = v.allocated - b.quantity
    FROM (SELECT product_id, sum(quantity) AS quantity FROM back GROUP BY product_id) b
    WHERE v.product_id = b.product_id
""")

# So much of lots is in somebody's hand, for lines; a lot may be there more than once. What it lacks, it has promised to others.
# Reduced goods have the day on them that their lot had before it was put right, if it was.
HELD = Statement("""
    SELECT l.code, l.product_id, w.lot,
           coalesce(s.product_id = l.product_id AND (l.best_before IS NULL OR l.best_before = s.expires_on OR (
               SELECT true FROM stock_correction c
               WHERE c.stock_id = s.id AND c.field = 'expires_on' AND c.was = to_char(l.best_before, 'YYYY-MM-DD') LIMIT 1)), false),
           coalesce(s.expires_on < CURRENT_DATE, false), w.wanted, s.on_hand - s.allocated
    FROM (
        SELECT *, sum(quantity) OVER (PARTITION BY lot) AS wanted
        FROM unnest(%(lines)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[])
            WITH ORDINALITY AS h (line, lot, quantity, place)
    ) w
    JOIN purchase_line l ON l.id = w.line
    LEFT JOIN stock s ON s.id = w.lot
    ORDER BY w.place
""")

TAKE_HELD = Statement("""
    WITH held AS MATERIALIZED (
        SELECT l.id, l.product_id, h.lot, sum(h.quantity) AS quantity
        FROM unnest(%(lines)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[]) AS h (line, lot, quantity)
        JOIN purchase_line l ON l.id = h.line
        GROUP BY l.id, h.lot
    ), given AS (
        INSERT INTO allocation (purchase_line_id, stock_id, quantity) SELECT id, lot, quantity FROM held
    ), lots AS (
        UPDATE stock s SET allocated = s.allocated + h.quantity
        FROM (SELECT lot, sum(quantity) AS quantity FROM held GROUP BY lot) h
        WHERE s.id = h.lot
    )
    UPDATE stock_level v SET allocated = v.allocated + h.quantity
    FROM (SELECT product_id, sum(quantity) AS quantity FROM held GROUP BY product_id) h
    WHERE v.product_id = h.product_id
""")

# A line that is a product's only one in the purchase gets more of the lots that it is promised from, though a rule reduces
# them since: it has its price. What nothing reduces, fefo shares out with all others' below.
TAKE_OWN = Statement("""
    WITH lacking AS (
        SELECT l.id, l.product_id, l.quantity - a.quantity AS quantity, a.lots, a.free, a.expiries
        FROM (
            SELECT *, count(*) OVER (PARTITION BY product_id) AS lines FROM purchase_line
            WHERE purchase_id = %(purchase)s::uuid AND product_id IS NOT NULL AND quantity > 0
        ) l
        CROSS JOIN LATERAL (
            SELECT sum(a.quantity) AS quantity, array_agg(s.id) FILTER (WHERE s.reduced) AS lots,
                   array_agg(s.on_hand - s.allocated) FILTER (WHERE s.reduced) AS free,
                   array_agg(s.expires_on) FILTER (WHERE s.reduced) AS expiries
            FROM allocation a
            JOIN (
                SELECT *, EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = stock.id) AS reduced FROM stock
            ) s ON s.id = a.stock_id
            WHERE a.purchase_line_id = l.id
        ) a
        WHERE l.lines = 1 AND l.best_before IS NULL AND l.quantity > a.quantity AND a.lots IS NOT NULL
    ), taken AS MATERIALIZED (
        SELECT l.id, l.product_id, f.stock_id, f.quantity
        FROM lacking l CROSS JOIN LATERAL fefo(l.lots, l.free, l.expiries, l.quantity, 0, NULL) f
        WHERE f.quantity > 0
    ), given AS (
        UPDATE allocation a SET quantity = a.quantity + t.quantity
        FROM taken t WHERE (a.purchase_line_id, a.stock_id) = (t.id, t.stock_id)
    ), lots AS (
        UPDATE stock s SET allocated = s.allocated + t.quantity FROM taken t WHERE s.id = t.stock_id
    )
    UPDATE stock_level v SET allocated = v.allocated + t.quantity
    FROM (SELECT product_id, sum(quantity) AS quantity FROM taken GROUP BY product_id) t
    WHERE v.product_id = t.product_id
""")

# What weighs more than was ordered is in the picker's hand, and nobody can cut it off: what of that the books lack, they get.
_HEAVY = """
    FROM purchase_line l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.quantity), 0) AS quantity FROM allocation a WHERE a.purchase_line_id = l.id
    ) a
    WHERE l.purchase_id = %(purchase)s::uuid AND l.quantity > l.ordered_quantity AND l.quantity > a.quantity"""

COVER_HEAVY = Statement(
    f"""
    SELECT cover_lacks(array_agg(l.product_id), array_agg(l.best_before), array_agg(l.quantity - a.quantity), %(login)s::bigint)
    {_HEAVY} HAVING count(*) > 0
    """,
    read=False,
)

TAKE_HEAVY = Statement(f"""
    WITH heavy AS MATERIALIZED (
        SELECT array_agg(l.id ORDER BY l.id) AS lines, array_agg(l.product_id ORDER BY l.id) AS products,
               array_agg(l.quantity - a.quantity ORDER BY l.id) AS quantities, array_agg(l.best_before ORDER BY l.id) AS days
        {_HEAVY}
    )
    INSERT INTO allocation AS a (purchase_line_id, stock_id, quantity)
    SELECT h.lines[g.place], g.lot, g.quantity
    FROM heavy h
    CROSS JOIN LATERAL promise_held(h.products, h.quantities, h.days) p
    CROSS JOIN LATERAL unnest(p.places, p.lots, p.amounts) AS g (place, lot, quantity)
    ON CONFLICT (purchase_line_id, stock_id) DO UPDATE SET quantity = a.quantity + EXCLUDED.quantity
""")

# What came of lines above what they are promised, from what is free; of reduced goods, from lots with their day.
TAKE_MORE = Statement("""
    WITH lacking AS (
        SELECT l.id, l.product_id, l.best_before, l.quantity - coalesce(a.quantity, 0) AS quantity
        FROM purchase_line l
        LEFT JOIN LATERAL (
            SELECT sum(a.quantity) AS quantity FROM allocation a WHERE a.purchase_line_id = l.id
        ) a ON true
        WHERE l.purchase_id = %(purchase)s::uuid AND l.product_id IS NOT NULL
    ), wanted AS MATERIALIZED (
        SELECT array_agg(id ORDER BY id) AS lines, array_agg(product_id ORDER BY id) AS products,
               array_agg(quantity ORDER BY id) AS quantities, array_agg(best_before ORDER BY id) AS days
        FROM lacking WHERE quantity > 0 HAVING count(*) > 0
    ), promised AS MATERIALIZED (
        SELECT w.lines, p.*
        FROM wanted w CROSS JOIN LATERAL promise_offers(w.products, w.quantities, w.days, CURRENT_DATE, NULL, NULL) p
    ), given AS (
        INSERT INTO allocation AS a (purchase_line_id, stock_id, quantity)
        SELECT p.lines[g.place], g.lot, g.quantity
        FROM promised p CROSS JOIN LATERAL unnest(p.places, p.lots, p.amounts) AS g (place, lot, quantity)
        WHERE p.refused = ''
        ON CONFLICT (purchase_line_id, stock_id) DO UPDATE SET quantity = a.quantity + EXCLUDED.quantity
    )
    SELECT t.code, s.quantity, s.available
    FROM promised p
    CROSS JOIN LATERAL unnest(p.of_products, p.amounts, p.available) AS s (product_id, quantity, available)
    CROSS JOIN LATERAL (SELECT code FROM product WHERE id = s.product_id LIMIT 1) t
    WHERE p.refused <> ''
    ORDER BY t.code
""")


class Held(NamedTuple):
    """What is to be known of a lot that so much is taken of: in all `wanted`, and so much is `free`, None of no lot."""

    product: str
    product_id: int
    lot: int
    fits: bool
    has_expired: bool
    wanted: Decimal
    free: Decimal | None


class PickedRepository:
    """Reads and writes what purchases are promised that somebody fetched. For use within a transaction."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def give_back(self, purchase: str, emptied: Sequence[int]) -> None:
        """Take back what a purchase's lines are promised above their quantity, and all of those that are `emptied`."""
        await self._manager.run(GIVE_BACK, purchase=purchase, emptied=list(emptied))

    async def held(self, taken: Sequence[tuple[int, int, Decimal]]) -> list[Held]:
        """Say what of lots is free that (line, lot, quantity) take from, in their order."""
        return [Held(*row) for row in await self._manager.fetch(HELD, **_arrays(taken))]

    async def take_held(self, taken: Sequence[tuple[int, int, Decimal]]) -> None:
        """Promise (line, lot, quantity) of lots that have so much free."""
        await self._manager.run(TAKE_HELD, **_arrays(taken))

    async def take_own(self, purchase: str) -> None:
        """Promise lines more of the lots that they have, of those that a rule reduces since."""
        await self._manager.run(TAKE_OWN, purchase=purchase)

    async def take_heavy(self, purchase: str, login_id: int | None) -> None:
        """Promise what weighs more than was ordered; what the books lack of it is booked as found."""
        if await self._manager.run(COVER_HEAVY, purchase=purchase, login=login_id):
            await self._manager.run(TAKE_HEAVY, purchase=purchase)

    async def take_more(self, purchase: str) -> list[tuple[str, Decimal, Decimal]]:
        """Promise what lines lack; or return (product, lacking, available) of what there is too little of, and nothing is promised."""
        return await self._manager.fetch(TAKE_MORE, purchase=purchase)


def _arrays(taken: Sequence[tuple[int, int, Decimal]]) -> dict[str, list[int] | list[Decimal]]:
    return {
        "lines": [line for line, _, _ in taken],
        "lots": [lot for _, lot, _ in taken],
        "quantities": [quantity for _, _, quantity in taken],
    }
