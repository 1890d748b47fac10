"""Queries about what sells, what there is, and who sells it to the shop."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.database import Manager, Statement
from app.inventory.proposals.demand import WEEKS, Day
from app.product.discounts.schemas import Weekday

# Whoever proposes orders for a supplier waits for whoever does so at the same time, and then finds the drafts of that.
LOCK_SUPPLIERS = Statement(
    """
    SELECT id, code, lead_days, ARRAY(SELECT jsonb_array_elements_text(delivery_days)) FROM supplier
    WHERE active AND (%(code)s::text IS NULL OR code = %(code)s)
    ORDER BY id FOR NO KEY UPDATE
    """,
)

# Each product of the supplier that is preferred for it, else of the cheapest.
OFFERED = Statement(
    """
    SELECT a.supplier_id, a.product_id, p.reorder_level, p.shelf_life_days, a.article_number, a.pack, a.unit_cost,
           a.least_quantity
    FROM supplier_article a CROSS JOIN LATERAL (SELECT * FROM product q WHERE q.id = a.product_id LIMIT 1) p
    WHERE a.supplier_id = ANY(%(suppliers)s::bigint[]) AND p.active
      AND (%(products)s::text[] IS NULL OR p.code = ANY(%(products)s::text[]))
      AND a.supplier_id = (
          SELECT x.supplier_id FROM supplier_article x JOIN supplier v ON v.id = x.supplier_id
          WHERE x.product_id = a.product_id AND v.active
          ORDER BY x.preferred DESC, x.unit_cost, x.supplier_id LIMIT 1)
    ORDER BY a.supplier_id, a.product_id
    LIMIT %(limit)s
    """,
)

# Drafts are no orders, but what staff drafts will be one.
STANDING = Statement(
    """
    SELECT g.product_id, v.on_hand, v.allocated, v.available, o.quantity, o.due
    FROM unnest(%(products)s::bigint[], %(days)s::date[]) AS g (product_id, day)
    CROSS JOIN LATERAL (SELECT * FROM availability a WHERE a.product_id = g.product_id LIMIT 1) v
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(i.quantity - i.received), 0.000) AS quantity,
               coalesce(sum(i.quantity - i.received) FILTER (WHERE r.status <> 'draft' AND r.expected_on < g.day), 0.000) AS due
        FROM invoice_request_line i
        CROSS JOIN LATERAL (
            SELECT n.status, n.expected_on FROM invoice_request n WHERE n.id = i.invoice_request_id LIMIT 1) r
        WHERE i.product_id = g.product_id AND i.received < i.quantity AND r.status IN ('draft', 'open', 'partly_received')) o
    """,
)

SOLD = Statement(
    f"""
    SELECT g.product_id, m.at::date, coalesce(-sum(m.quantity) FILTER (WHERE m.kind IN ('sale', 'return')), 0), sum(m.quantity)
    FROM unnest(%(products)s::bigint[]) AS g (product_id)
    CROSS JOIN LATERAL (
        SELECT n.at, n.kind, n.quantity FROM stock_movement n
        WHERE n.product_id = g.product_id AND n.at >= CURRENT_DATE - {7 * WEEKS}
        OFFSET 0) m
    GROUP BY g.product_id, m.at::date
    """,  # noqa: S608 - made of constants
)

# What was proposed of the products before, of whichever supplier, and nobody has touched; what is being sent or changed just now
# is neither when it is.
LOCK_PROPOSED = Statement(
    """
    SELECT r.id FROM invoice_request r
    WHERE r.status = 'draft' AND r.proposed AND r.id IN (
        SELECT i.invoice_request_id FROM invoice_request_line i
        WHERE i.product_id = ANY(%(products)s::bigint[]) AND i.received < i.quantity)
    ORDER BY r.id FOR UPDATE
    """,
)

WITHDRAW = Statement(
    """
    DELETE FROM invoice_request_line
    WHERE invoice_request_id = ANY(%(requests)s::bigint[]) AND product_id = ANY(%(products)s::bigint[])
    """,
)

DROP_EMPTY = Statement(
    """
    DELETE FROM invoice_request r
    WHERE r.id = ANY(%(requests)s::bigint[])
      AND (SELECT i.id FROM invoice_request_line i WHERE i.invoice_request_id = r.id LIMIT 1) IS NULL
    """,
)


@dataclass(frozen=True, slots=True)
class Buying:
    """A supplier to order from: how long it takes, and when it delivers."""

    id: int
    code: str
    lead_days: int | None
    delivery_days: list[Weekday]


@dataclass(frozen=True, slots=True)
class Offered:
    """A product, and how the supplier that it is ordered from sells it."""

    supplier_id: int
    product_id: int
    reorder_level: Decimal
    shelf_life_days: int | None
    article_number: str | None
    pack: Decimal
    unit_cost: Decimal
    least_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is of a product, what of it is promised and can be sold, and what is to come: `due` of it before a day."""

    on_hand: Decimal
    promised: Decimal
    available: Decimal
    on_order: Decimal
    due: Decimal


class ProposalRepository:
    """What orders follow from, in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def lock_suppliers(self, code: str | None) -> list[Buying]:
        """Return the active suppliers, or the one with that code, locked until the transaction's end."""
        return [Buying(*row) for row in await self._manager.fetch(LOCK_SUPPLIERS, code=code)]

    async def offered(
        self, supplier_ids: Collection[int], products: Collection[str] | None, limit: int
    ) -> list[Offered]:
        """Return up to `limit` products that are ordered from these suppliers, of those with these codes (None: of all)."""
        codes = None if products is None else list(products)
        rows = await self._manager.fetch(
            OFFERED, suppliers=list(supplier_ids), products=codes, limit=limit
        )
        return [Offered(*row) for row in rows]

    async def standing(self, days: Mapping[int, date]) -> dict[int, Standing]:
        """Return what there is of products, by their ids; what is due comes before the day that each has in `days`."""
        rows = await self._manager.fetch(STANDING, products=list(days), days=list(days.values()))
        return {row[0]: Standing(*row[1:]) for row in rows}

    async def sold(self, product_ids: Collection[int]) -> dict[int, dict[date, Day]]:
        """Return what of products sold on the days of the last weeks, by their ids; days without a change are left out."""
        found: dict[int, dict[date, Day]] = {}
        for product_id, day, sold, change in await self._manager.fetch(
            SOLD, products=list(product_ids)
        ):
            found.setdefault(product_id, {})[day] = Day(sold, change)
        return found

    async def withdraw(self, product_ids: Sequence[int]) -> None:
        """Take these products out of what was proposed before, for whichever supplier, and nobody has touched."""
        rows = await self._manager.fetch(LOCK_PROPOSED, products=list(product_ids))
        requests = [id_ for (id_,) in rows]
        if requests:
            await self._manager.run(WITHDRAW, requests=requests, products=list(product_ids))
            await self._manager.run(DROP_EMPTY, requests=requests)
