"""Statements about purchases and the money taken for them."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from app.core.database import Manager, Statement, json_array, json_object
from app.core.web import NotFound
from app.core.web.paging import looked_through
from app.core.web.security import Principal
from app.orders.purchases.paging import FILTERS, page_of
from app.orders.purchases.schemas import Status
from app.orders.statements import VAT

# The coupon that a purchase, p, redeemed.
_COUPON = (
    "CASE WHEN p.coupon_id IS NULL THEN 'null' ELSE (SELECT "
    + json_object("""
        'code', coalesce((SELECT k.code FROM coupon_code k WHERE k.purchase_id = p.id), upper(q.code)), 'name', q.name,
        'reduction', p.coupon_amount::text""")
    + " FROM coupon q WHERE q.id = p.coupon_id) END"
)

# What a purchase looks like, for rows that are named p, and what m and n say of each.
JSON = json_object(
    """
    'id', p.id, 'invoice_number', p.invoice_number, 'status', p.status,
    'contact_name', p.contact_name, 'contact_phone', p.contact_phone, 'currency', p.currency,
    'total', p.total::text, 'vat_total', p.vat_total::text,
    'paid', m.paid::text, 'refunded', m.refunded::text,
    'due', CASE p.status WHEN 'placed' THEN p.total - m.paid + m.refunded ELSE 0.00 END::text,
    'placed_at', rfc3339(p.placed_at), 'pay_by', rfc3339(p.pay_by),
    'collected_at', rfc3339(p.collected_at), 'cancelled_at', rfc3339(p.cancelled_at),
    'cancel_reason', nullif(p.cancel_reason, ''), 'version', p.version""",
    coupon=_COUPON,
    vat="n.vat",
    lines="n.lines",
    payments="m.payments",
)

# And a line of it, named l; r says how much of it was brought back.
LINE = json_object("""
    'id', l.id, 'kind', CASE WHEN l.deposit_of IS NULL THEN 'goods' ELSE 'deposit' END,
    'product', CASE WHEN l.deposit_of IS NULL THEN l.code END,
    'deposit', CASE WHEN l.deposit_of IS NOT NULL THEN l.code END, 'deposit_of', l.deposit_of, 'name', l.name, 'unit', l.unit, 'quantity', l.quantity::text,
    'list_price', l.price::text, 'discount_rate', l.discount_rate::text,
    'unit_price', l.unit_price::text, 'label_price', l.label_price::text, 'vat_rate', l.vat_rate::text,
    'vat_amount', l.vat_amount::text, 'coupon_reduction', coalesce(l.coupon_amount, 0.00)::text, 'total', l.total::text,
    'returned', coalesce(r.quantity, 0.000)::text""")


# They are sorted first, as a few lines are grouped sooner without a hash.
_VAT_OF_LINES = f"""(
    SELECT {json_array(VAT, "v.rate")} FROM (
        SELECT l.vat_rate AS rate, sum(l.total) AS gross, sum(l.total - l.vat_amount) AS net, sum(l.vat_amount) AS vat
        FROM (SELECT * FROM purchase_line WHERE purchase_id = p.id ORDER BY vat_rate) l GROUP BY l.vat_rate) v)"""

_PAYMENT = json_object("""
    'id', y.id, 'kind', y.kind, 'method', y.method, 'amount', y.amount::text,
    'reference', y.reference, 'reason', y.reason, 'at', rfc3339(y.at)""")

_PARTS = f"""
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(y.amount) FILTER (WHERE y.kind = 'payment'), 0.00) AS paid,
               coalesce(sum(y.amount) FILTER (WHERE y.kind = 'refund'), 0.00) AS refunded,
               {json_array(_PAYMENT, "y.id")} AS payments
        FROM payment y WHERE y.purchase_id = p.id
    ) m
    CROSS JOIN LATERAL (
        SELECT {json_array(LINE, "l.id")} AS lines,
               {_VAT_OF_LINES} AS vat
        FROM purchase_line l
        LEFT JOIN LATERAL (
            SELECT sum(v.quantity) AS quantity FROM stock_movement v
            WHERE v.purchase_id = p.id AND v.kind = 'return' AND v.product_id = l.product_id
                AND coalesce(v.purchase_line_id, l.id) = l.id
        ) r ON true
        WHERE l.purchase_id = p.id
    ) n"""

READ = Statement(
    f"""
    SELECT {JSON} FROM purchase p {_PARTS}
    WHERE p.id = %(purchase)s::uuid
        AND (%(staff)s OR p.customer_id = %(customer)s OR p.id = %(own)s::uuid)
    """,
    read=True,
)


@cache
def list_of(asked: frozenset[str], status: Status | None, *, oldest_first: bool) -> Statement:
    """Return the statement that lists purchases in an order of (placed_at, id): (JSON, placed_at, id, hit, stops).

    `asked` is page_of()'s; paging.looked_through() says what the last two are.
    """
    order = "ASC" if oldest_first else "DESC"
    page, before = page_of(asked, status, order, "%(limit)s")
    return Statement(
        f"""
        {before}
        SELECT {JSON}, p.placed_at, p.id::text, page.hit, page.stops
        FROM ({page}) page
        CROSS JOIN LATERAL (SELECT * FROM purchase q WHERE q.id = page.id LIMIT 1) p {_PARTS}
        ORDER BY p.placed_at {order}, p.id {order}
        """,
        read=True,
    )


LOCK = Statement(
    "SELECT status, total FROM purchase WHERE id = %(purchase)s::uuid FOR UPDATE", read=False
)

# Read after the purchase is locked, by a statement of its own, which sees what was paid meanwhile.
BALANCES = Statement(
    """
    SELECT method, sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END)
    FROM payment WHERE purchase_id = %(purchase)s GROUP BY method ORDER BY min(id)
    """,
    read=True,
)

PAY = Statement(
    f"""
    INSERT INTO payment AS y (purchase_id, kind, method, amount, reference, reason, login_id)
    VALUES (%(purchase)s, %(kind)s, %(method)s, %(amount)s, %(reference)s, %(reason)s, %(login)s)
    RETURNING {_PAYMENT}
    """,
    read=False,
)

# For each line in its place: which product's it is in a purchase, and whether so much can have been sold.
BOUGHT = Statement(
    """
    SELECT CASE WHEN l.deposit_of IS NULL THEN l.code END, sold_in(l.unit, r.quantity)
    FROM unnest(%(lines)s::bigint[], %(quantities)s::numeric[])
        WITH ORDINALITY AS r (line, quantity, place)
    LEFT JOIN purchase_line l ON l.purchase_id = %(purchase)s::uuid AND l.id = r.line
    ORDER BY r.place
    """,
    read=True,
)

COLLECT = Statement(
    """
    UPDATE purchase SET status = 'collected', collected_at = now() WHERE id = %(purchase)s
    """,
    read=False,
)

CANCEL = Statement(
    """
    UPDATE purchase SET status = 'cancelled', cancelled_at = now(), cancel_reason = %(reason)s
    WHERE id = ANY(%(purchases)s::text[]::uuid[])
    """,
    read=False,
)

# In one order, so that two who do this cannot deadlock.
LOCK_UNPAID_OF = Statement(
    """
    SELECT id::text, invoice_number, total FROM purchase
    WHERE phone_digits(contact_phone) = phone_digits(%(phone)s)
        AND status = 'placed' AND paid = 0 AND total > 0
    ORDER BY id LIMIT %(limit)s FOR UPDATE
    """,
    read=False,
)

UNPAID = Statement(
    """
    SELECT p.id::text FROM purchase p
    WHERE p.status = 'placed' AND p.pay_by < now() AND p.paid = 0 AND p.total > 0
    ORDER BY p.pay_by LIMIT %(limit)s
    """,
    read=True,
)

LOCK_LATE = Statement(
    """
    SELECT id::text FROM purchase
    WHERE id = %(purchase)s::uuid AND status = 'placed' AND pay_by < now() AND total > 0
    FOR UPDATE SKIP LOCKED
    """,
    read=False,
)


class PurchaseRepository:
    """Purchases in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, purchase: str, who: Principal) -> str:
        """Return the JSON of a purchase that `who` may see. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(
            READ,
            purchase=purchase,
            staff=who.is_staff,
            customer=who.customer_id,
            own=who.purchase_id,
        )
        if found is None:
            raise _missing()
        return found

    async def page(
        self, who: Principal, filters: Mapping[str, Any], *, oldest_first: bool
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, placed_at, id) of purchases that `who` may see.

        And one without JSON where the search for more stopped, if it did. `filters` are those of
        PurchaseQuery.filters().
        """
        asked = {name for name in FILTERS if filters.get(name) is not None}
        if "phone" in asked:
            asked.discard("number")
        if not who.is_staff:
            asked.add("customer")
        if filters["behind_id"] is not None:
            asked.add("behind")
        statement = list_of(frozenset(asked), filters["status"], oldest_first=oldest_first)
        values = {**filters, "customer": who.customer_id}
        rows = await self._manager.fetch(
            statement, **{name: values[name] for name in statement.names}
        )
        return looked_through(rows)

    async def lock(self, purchase: str) -> tuple[str, Decimal]:
        """Lock a purchase until the transaction's end; return its status and total.

        Raises NotFound.
        """
        found = await self._manager.fetch_one(LOCK, purchase=purchase)
        if found is None:
            raise _missing()
        return found[0], found[1]

    async def lock_late(self, purchase: str) -> bool:
        """Lock a purchase whose time to pay is over; False if it is not, or is locked already."""
        return await self._manager.fetch_one(LOCK_LATE, purchase=purchase) is not None

    async def balances(self, purchase: str) -> dict[str, Decimal]:
        """Return paid less refunded by method, in the order of their first use."""
        return dict(await self._manager.fetch(BALANCES, purchase=purchase))

    async def pay(
        self, purchase: str, kind: str, money: Mapping[str, Any], login_id: int | None
    ) -> str:
        """Record `money` (method, amount, reference, reason) taken or refunded; return its JSON."""
        found: str = await self._manager.fetch_value(
            PAY, purchase=purchase, kind=kind, login=login_id, **money
        )
        return found

    async def bought(
        self, purchase: str, items: Sequence[tuple[int, Decimal]]
    ) -> list[tuple[str | None, bool]]:
        """Return, for each (line, quantity), the product's code and whether so much can be sold.

        None for a line that is not one of goods in the purchase.
        """
        return await self._manager.fetch(
            BOUGHT,
            purchase=purchase,
            lines=[line for line, _ in items],
            quantities=[quantity for _, quantity in items],
        )

    async def collect(self, purchase: str) -> None:
        """Note that a purchase was collected."""
        await self._manager.run(COLLECT, purchase=purchase)

    async def cancel(self, purchases: Sequence[str], reason: str) -> None:
        """Note that purchases were cancelled."""
        await self._manager.run(CANCEL, purchases=list(purchases), reason=reason)

    async def lock_unpaid_of(self, phone: str, limit: int) -> list[tuple[str, int, Decimal]]:
        """Lock up to `limit` placed purchases with a contact's telephone number that nothing was paid for.

        Returns (id, invoice number, total) of each. Spellings of one number are one.
        """
        return await self._manager.fetch(LOCK_UNPAID_OF, phone=phone, limit=limit)

    async def unpaid(self, limit: int) -> list[str]:
        """Return purchases that nothing was paid for in time, the longest overdue first."""
        return [row[0] for row in await self._manager.fetch(UNPAID, limit=limit)]


def _missing() -> NotFound:
    return NotFound("There is no such purchase.")
