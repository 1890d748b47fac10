"""Queries about what is known of lots."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Collection, Mapping
from typing import Any

from app.core.database import Manager, Statement, json_object
from app.core.web.json import dumps
from app.core.web.paging import PageQuery, Scalar
from app.inventory.lots.schemas import ExpiringQuery, RecallQuery
from app.inventory.stock.statements import PRODUCT_JSON
from app.models.orders import PURCHASE_STATUS

Key = tuple[Scalar, ...] | None

CORRECT = Statement(
    "SELECT correct_lot(%(lot)s, %(changes)s::text::jsonb, %(reason)s, %(by)s::bigint)", read=False
)

_CORRECTION_JSON = json_object("""
    'id', c.id, 'field', c.field, 'was', c.was, 'becomes', c.becomes, 'reason', c.reason, 'by', l.email, 'at', rfc3339(c.at)""")

CORRECTIONS = Statement(
    f"""
    SELECT {_CORRECTION_JSON}, c.id FROM stock_correction c LEFT JOIN login l ON l.id = c.login_id
    WHERE c.stock_id = %(lot)s AND c.id < coalesce(%(after_id)s::bigint, 9223372036854775807)
    ORDER BY c.id DESC LIMIT %(limit)s
    """
)

RECALLED = Statement(
    """
    SELECT s.id
    FROM (
        SELECT * FROM stock WHERE id = %(lot)s AND (%(lot_code)s::text IS NULL OR lot_code = %(lot_code)s)
        UNION ALL SELECT * FROM stock WHERE %(lot)s::bigint IS NULL AND lot_code = %(lot_code)s
    ) s
    WHERE %(product)s::text IS NULL OR s.product_id = (SELECT p.id FROM product p WHERE p.code = %(product)s)
    """
)

_PURCHASE_JSON = json_object(
    f"""
    'id', p.id, 'number', p.invoice_number, 'status', {PURCHASE_STATUS},
    'quantity', h.quantity::text, 'products', to_json(h.products), 'customer', p.customer_id, 'contact_name', p.contact_name,
    'contact_phone', p.contact_phone, 'placed_at', rfc3339(p.placed_at), 'collected_at', rfc3339(p.collected_at)"""
)

# Whose purchase was cancelled has none of it.
PURCHASES = Statement(
    f"""
    SELECT {_PURCHASE_JSON}, p.invoice_number
    FROM (
        SELECT l.purchase_id, sum(a.quantity) AS quantity, array_agg(DISTINCT l.code) AS products
        FROM unnest(%(lots)s::bigint[]) AS g (id)
        JOIN allocation a ON a.stock_id = g.id
        CROSS JOIN LATERAL (SELECT * FROM purchase_line WHERE id = a.purchase_line_id LIMIT 1) l
        GROUP BY l.purchase_id
    ) h
    CROSS JOIN LATERAL (SELECT * FROM purchase WHERE id = h.purchase_id LIMIT 1) p
    WHERE p.status <> 'cancelled' AND p.invoice_number < coalesce(%(after_number)s::bigint, 9223372036854775807)
    ORDER BY p.invoice_number DESC LIMIT %(limit)s
    """
)

_EXPIRING_JSON = json_object(
    """
    'lot', s.id, 'expires_on', s.expires_on, 'expired', s.expires_on < CURRENT_DATE, 'on_hand', s.on_hand::text,
    'free', (s.on_hand - s.allocated)::text, 'value', round(s.on_hand * s.unit_cost, 2)::text,
    'daily_sales', d.sold::text, 'left_over', f.quantity::numeric(12,3)::text, 'reduced_rate', r.rate::text,
    'reduced_price', price_off(p.price, r.rate, NULL)::numeric(12,2)::text""",
    product=PRODUCT_JSON,
)

# A day that is not over says too little.
EXPIRING = Statement(
    f"""
    SELECT {_EXPIRING_JSON}, s.expires_on, s.id
    FROM (
        SELECT * FROM stock
        WHERE on_hand > 0 AND expires_on <= CURRENT_DATE + %(days)s::integer
            AND (expires_on, id) > (coalesce(%(after_day)s::date, '-infinity'), coalesce(%(after_id)s::bigint, 0))
        ORDER BY expires_on, id LIMIT %(limit)s
    ) s
    CROSS JOIN LATERAL (SELECT * FROM product WHERE id = s.product_id LIMIT 1) p
    CROSS JOIN LATERAL (
        SELECT greatest(coalesce(-sum(m.quantity) / 28, 0), 0)::numeric(12,3) AS sold FROM stock_movement m
        WHERE m.product_id = s.product_id AND m.at >= CURRENT_DATE - 28 AND m.at < CURRENT_DATE AND m.kind IN ('sale', 'return')
    ) d
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.expires_on < CURRENT_DATE THEN s.on_hand ELSE left_over(
                   array_agg(o.on_hand ORDER BY o.expires_on, o.id), array_agg(o.expires_on - CURRENT_DATE ORDER BY o.expires_on, o.id),
                   d.sold) END AS quantity
        FROM stock o
        WHERE o.product_id = s.product_id AND o.on_hand > 0 AND o.expires_on >= CURRENT_DATE
            AND (o.expires_on, o.id) <= (s.expires_on, s.id)
    ) f
    LEFT JOIN LATERAL (SELECT rate FROM reduced_lot WHERE stock_id = s.id LIMIT 1) r ON true
    ORDER BY s.expires_on, s.id
    """
)


class LotRepository:
    """What is known of lots in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def correct(
        self, lot_id: int, changes: Mapping[str, Any], reason: str, by: int | None
    ) -> list[str]:
        """Put a lot right that is there, and return what is different now. Locks the product's level."""
        rows = await self._manager.fetch(
            CORRECT, lot=lot_id, changes=dumps(changes).decode(), reason=reason, by=by
        )
        return [field for (field,) in rows]

    async def corrections(self, lot_id: int, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first."""
        (after_id,) = after or (None,)
        return await self._manager.fetch(
            CORRECTIONS, lot=lot_id, limit=query.limit + 1, after_id=after_id
        )

    async def recalled(self, query: RecallQuery) -> list[int]:
        """Return the lots that are meant, of that product if one is named."""
        rows = await self._manager.fetch(
            RECALLED, lot=query.lot, lot_code=query.lot_code, product=query.product
        )
        return [lot_id for (lot_id,) in rows]

    async def purchases(
        self, lots: Collection[int], query: PageQuery, after: Key
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, number) of those that have some of the lots, newest first."""
        (after_number,) = after or (None,)
        return await self._manager.fetch(
            PURCHASES, lots=list(lots), limit=query.limit + 1, after_number=after_number
        )

    async def expiring(self, query: ExpiringQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, day, id), by day."""
        after_day, after_id = after or (None, None)
        return await self._manager.fetch(
            EXPIRING, days=query.days, limit=query.limit + 1, after_day=after_day, after_id=after_id
        )
