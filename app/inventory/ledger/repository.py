"""The query about a product's ledger."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from typing import Any

from app.core.database import Manager, Statement, json_object
from app.core.web import NotFound
from app.core.web.paging import PageQuery, Scalar

_JSON = json_object("""
    'id', m.id, 'at', rfc3339(m.at), 'kind', m.kind, 'quantity', m.quantity::text, 'balance', m.balance::numeric(12,3)::text,
    'lot', m.stock_id, 'reason', m.reason, 'note', m.note, 'by', l.email, 'purchase', m.purchase_id,
    'purchase_number', p.invoice_number, 'invoice_request', r.code, 'count', c.code""")

LEVEL = Statement("""
    SELECT v.product_id FROM stock_level v
    WHERE v.product_id = (SELECT id FROM product WHERE code = %(product)s)
""")

# From what there is, or what the page before ended at, going back: a page anywhere costs the same.
LEDGER = Statement(
    f"""
    SELECT {_JSON}, m.id, m.balance - m.quantity
    FROM (
        SELECT i.*, coalesce(%(after_balance)s::numeric, (SELECT v.on_hand FROM stock_level v WHERE v.product_id = %(product)s))
                - coalesce(sum(i.quantity) OVER (
                    ORDER BY i.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS balance
        FROM (
            SELECT * FROM stock_movement
            WHERE product_id = %(product)s AND id < coalesce(%(after_id)s::bigint, 9223372036854775807)
            ORDER BY id DESC LIMIT %(limit)s
        ) i
    ) m
    LEFT JOIN LATERAL (SELECT email FROM login WHERE id = m.login_id LIMIT 1) l ON true
    LEFT JOIN LATERAL (SELECT invoice_number FROM purchase WHERE id = m.purchase_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT code FROM invoice_request WHERE id = m.invoice_request_id LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT code FROM stock_count WHERE id = m.stock_count_id LIMIT 1) c ON true
    ORDER BY m.id DESC
    """
)


class LedgerRepository:
    """Ledgers in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def page(
        self, product: str, query: PageQuery, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id, balance before it), newest first. Raises NotFound for a product that is not there."""
        product_id = await self._manager.fetch_value(LEVEL, product=product)
        if product_id is None:
            raise NotFound("There is no such product.")
        after_id, after_balance = after or (None, None)
        return await self._manager.fetch(
            LEDGER,
            product=product_id,
            limit=query.limit + 1,
            after_id=after_id,
            after_balance=after_balance,
        )
