"""Statements about purchases that are picked."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.core.database import Manager, Statement, json_array, json_object
from app.core.web import NotFound
from app.models.orders import PURCHASE_STATUS
from app.orders.picking.outcome import Instead, Offered, OrderedLine
from app.orders.purchases.shape import SHOWN, SLOT
from app.orders.seeing import no_purchase

# A purchase, p, in short.
_MEMBERS = f"""
    'id', p.id, 'number', p.invoice_number, 'status', {PURCHASE_STATUS}, 'contact_name', p.contact_name, 'contact_phone', p.contact_phone,
    'placed_at', rfc3339(p.placed_at), 'pay_by', rfc3339(p.pay_by), 'due', greatest(p.total - p.paid, 0.00)::text,
    'lines', (SELECT count(*) FROM purchase_line l
              WHERE l.purchase_id = p.id AND l.product_id IS NOT NULL AND l.substitute_for IS NULL),
    'picker', (SELECT g.email FROM login g WHERE g.id = p.picker), 'picking_since', rfc3339(p.picking_since)"""

# What has no window is wanted as soon as it was placed.
PAGE = Statement(
    f"""
    SELECT {json_object(_MEMBERS, slot=SLOT)}, p.due_at, p.placed_at, p.id::text
    FROM (
        SELECT q.*, coalesce(q.slot_start, q.placed_at) AS due_at FROM purchase q
        WHERE q.status = 'placed' AND q.picked_at IS NULL
            AND (%(slot)s::timestamptz IS NULL OR q.slot_start = %(slot)s)
            AND (NOT %(paid)s::boolean OR q.paid >= q.total)
            AND (%(behind_due)s::timestamptz IS NULL OR (coalesce(q.slot_start, q.placed_at), q.placed_at, q.id)
                > (%(behind_due)s, %(behind_at)s::timestamptz, %(behind_id)s::uuid))
        ORDER BY coalesce(q.slot_start, q.placed_at), q.placed_at, q.id LIMIT %(limit)s
    ) p
    ORDER BY p.due_at, p.placed_at, p.id
    """,
    read=True,
)

_LOT = json_object("'lot', a.stock_id, 'expires_on', s.expires_on, 'quantity', a.quantity::text")

_LINE = json_object(
    """
    'line', l.id, 'product', l.code, 'name', l.name, 'gtin', (SELECT g.gtin FROM product g WHERE g.id = l.product_id),
    'unit', l.unit, 'offer', CASE WHEN l.best_before IS NULL THEN 'regular' ELSE 'reduced' END, 'best_before', l.best_before,
    'ordered', CASE WHEN l.substitute_for IS NULL THEN coalesce(l.ordered_quantity, l.quantity) END::text,
    'quantity', l.quantity::text,
    'most', CASE WHEN l.substitute_for IS NULL
        THEN most_picked(l.unit, coalesce(l.ordered_quantity, l.quantity), l.label_price, p.weight_tolerance) END::text,
    'label_price', l.label_price::text, 'substitute', l.substitute, 'substitute_for', l.substitute_for""",
    lots=f"""(
        SELECT {json_array(_LOT, "s.expires_on, a.stock_id")}
        FROM allocation a JOIN stock s ON s.id = a.stock_id WHERE a.purchase_line_id = l.id)""",
)

READ = Statement(
    f"""
    SELECT {json_object(_MEMBERS, slot=SLOT, goods="n.goods")}
    FROM purchase p
    CROSS JOIN LATERAL (
        SELECT {json_array(_LINE, "l.id")} AS goods FROM purchase_line l
        WHERE l.purchase_id = p.id AND l.product_id IS NOT NULL AND {SHOWN}
    ) n
    WHERE p.id = %(purchase)s::uuid AND p.status = 'placed'
    """,
    read=True,
)

LOCK = Statement(
    f"SELECT {PURCHASE_STATUS}, p.picker FROM purchase p WHERE p.id = %(purchase)s::uuid FOR UPDATE",
    read=False,
)

CLAIM = Statement(
    "UPDATE purchase SET picking_since = now(), picker = %(login)s::bigint WHERE id = %(purchase)s::uuid",
    read=False,
)

RELEASE = Statement(
    "UPDATE purchase SET picking_since = NULL, picker = NULL WHERE id = %(purchase)s::uuid",
    read=False,
)

ORDERED = Statement(
    """
    SELECT l.id, l.code, l.unit = 'piece', l.ordered,
           most_picked(l.unit, l.ordered, l.label_price, p.weight_tolerance), l.label_price IS NOT NULL, l.substitute
    FROM purchase p
    JOIN (SELECT *, coalesce(ordered_quantity, quantity) AS ordered FROM purchase_line) l ON l.purchase_id = p.id
    WHERE p.id = %(purchase)s::uuid AND l.product_id IS NOT NULL AND l.substitute_for IS NULL
    ORDER BY l.id
    """,
    read=True,
)

OFFERED = Statement(
    "SELECT code, id, unit = 'piece', active FROM product WHERE code = ANY(%(codes)s::text[])",
    read=True,
)

CHARGE = Statement(
    """
    SELECT dearer, substitutes FROM charge_picked(
        %(purchase)s::uuid, %(login)s::bigint, %(lines)s::bigint[], %(quantities)s::numeric[],
        %(instead_of)s::bigint[], %(products)s::bigint[], %(amounts)s::numeric[], %(agreed)s::boolean[])
    """,
    read=False,
)


class Charged(NamedTuple):
    """The lines whose substitutes are too dear, and nothing may stay; or the lines that were made of the substitutes."""

    dearer: Sequence[int] | None
    substitutes: Sequence[int]


class PickingRepository:
    """What is picked, in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def page(self, filters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, due_at, placed_at, id) of what is to be picked; `filters` are those of PickingQuery.filters()."""
        return await self._manager.fetch(PAGE, **filters)

    async def read(self, purchase: str) -> str:
        """Return the JSON of a purchase that waits, for who picks it. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(READ, purchase=purchase)
        if found is None:
            raise NotFound("There is no such purchase to be picked.")
        return found

    async def lock(self, purchase: str) -> tuple[str, int | None]:
        """Lock a purchase until the transaction's end; return its status, and whose login picks it. Raises NotFound."""
        found = await self._manager.fetch_one(LOCK, purchase=purchase)
        if found is None:
            raise no_purchase()
        return found[0], found[1]

    async def claim(self, purchase: str, login_id: int) -> None:
        """Note that somebody picks a purchase from now on."""
        await self._manager.run(CLAIM, purchase=purchase, login=login_id)

    async def release(self, purchase: str) -> None:
        """Note that nobody picks a purchase."""
        await self._manager.run(RELEASE, purchase=purchase)

    async def ordered(self, purchase: str) -> list[OrderedLine]:
        """Return the lines of goods that were ordered."""
        rows = await self._manager.fetch(ORDERED, purchase=purchase)
        return [OrderedLine(*row) for row in rows]

    async def offered(self, codes: Sequence[str]) -> dict[str, Offered]:
        """Return the products that have these codes."""
        rows = await self._manager.fetch(OFFERED, codes=list(codes))
        return {code: Offered(*row) for code, *row in rows}

    async def charge(
        self,
        purchase: str,
        login_id: int | None,
        quantities: Mapping[int, Any],
        instead: Sequence[Instead],
    ) -> Charged:
        """Charge a purchase for what came, and have it ready."""
        found = await self._manager.fetch_one(
            CHARGE,
            purchase=purchase,
            login=login_id,
            lines=list(quantities.keys()),
            quantities=list(quantities.values()),
            instead_of=[each.line for each in instead],
            products=[each.product for each in instead],
            amounts=[each.quantity for each in instead],
            agreed=[each.agreed for each in instead],
        )
        return Charged(*(found or (None, ())))
