"""Statements about purchases and the money taken for them."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from app.core.database import Manager, Statement
from app.core.web.paging import looked_through
from app.core.web.security import Principal
from app.models.orders import PURCHASE_STATUS
from app.orders.purchases.paging import FILTERS, page_of
from app.orders.purchases.schemas import ListedStatus
from app.orders.purchases.shape import JSON, PARTS, PAYMENT, collect_by
from app.orders.seeing import SEEN, no_purchase, seer
from app.orders.states import till_closed

_SEEN = f"p.id = %(purchase)s::uuid AND {SEEN}"

READ = Statement(f"SELECT {JSON} FROM purchase p {PARTS} WHERE {_SEEN}", read=True)


@cache
def list_of(asked: frozenset[str], status: ListedStatus | None, *, oldest_first: bool) -> Statement:
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
        CROSS JOIN LATERAL (SELECT * FROM purchase q WHERE q.id = page.id LIMIT 1) p {PARTS}
        ORDER BY p.placed_at {order}, p.id {order}
        """,
        read=True,
    )


LOCK = Statement(
    f"SELECT {PURCHASE_STATUS}, p.total FROM purchase p WHERE p.id = %(purchase)s::uuid FOR UPDATE",
    read=False,
)

LOCK_SEEN = Statement(
    f"SELECT {PURCHASE_STATUS}, p.total FROM purchase p WHERE {_SEEN} FOR UPDATE", read=False
)

# Read after the purchase is locked, by a statement of its own, which sees what was paid meanwhile.
BALANCES = Statement(
    """
    SELECT method, sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END)
    FROM payment WHERE purchase_id = %(purchase)s GROUP BY method ORDER BY min(id)
    """,
    read=True,
)

# The open session of a till that is named, which stays open until the transaction's end. Without a name there is none.
_SESSION = """
    WITH session AS (
        SELECT id FROM till_session WHERE till = %(till)s AND closed_at IS NULL FOR KEY SHARE
    )"""

PAY = Statement(
    f"""
    {_SESSION}
    INSERT INTO payment AS y (
        purchase_id, kind, method, amount, rounding, tendered, reference, reason, login_id, session_id)
    SELECT %(purchase)s::uuid, %(kind)s, %(method)s, %(amount)s::numeric, %(rounding)s::numeric, %(tendered)s::numeric,
           %(reference)s, %(reason)s, %(login)s::bigint, session.id
    FROM (SELECT) one LEFT JOIN session ON true
    WHERE %(till)s::text IS NULL OR session.id IS NOT NULL
    RETURNING {PAYMENT}
    """,
    read=False,
)

# Of a purchase that is locked, as those above.
ABANDONED = Statement(
    f"""
    SELECT p.paid >= p.total AND {collect_by("p", "max(y.at)")} < now()
    FROM purchase p LEFT JOIN payment y ON y.purchase_id = p.id AND y.kind = 'payment'
    WHERE p.id = %(purchase)s::uuid GROUP BY p.id
    """,
    read=True,
)

# What bottles paid that were given back with it.
GIVEN_BACK = Statement(
    "SELECT coalesce(-sum(total), 0.00) FROM purchase_line WHERE purchase_id = %(purchase)s::uuid AND price < 0",
    read=True,
)

# Of what was handed over: before, money that goes back is due again.
CREDITED = Statement(
    """
    SELECT coalesce(sum(total), 0.00) FROM document
    WHERE purchase_id = %(purchase)s::uuid AND kind = 'credit_note'
    """,
    read=True,
)

MIN_AGE = Statement("SELECT min_age FROM purchase WHERE id = %(purchase)s::uuid", read=True)

COLLECT = Statement(
    f"""
    {_SESSION}
    UPDATE purchase SET status = 'collected', collected_at = now(), age_checked_by = %(age_checked_by)s,
        collected_at_till = %(till)s
    WHERE id = %(purchase)s AND (%(till)s::text IS NULL OR (SELECT true FROM session))
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
        AND status = 'placed' AND picking_since IS NULL AND paid = 0 AND total > 0
    ORDER BY id LIMIT %(limit)s FOR UPDATE
    """,
    read=False,
)

UNPAID = Statement(
    """
    SELECT p.id::text FROM purchase p
    WHERE p.status = 'placed' AND p.picking_since IS NULL AND p.pay_by < now() AND p.paid = 0 AND p.total > 0
    ORDER BY p.pay_by LIMIT %(limit)s
    """,
    read=True,
)

END_LINKS = Statement(
    """
    UPDATE purchase SET token_hash = NULL WHERE id = ANY (ARRAY(
        SELECT id FROM purchase
        WHERE token_hash IS NOT NULL AND coalesce(collected_at, cancelled_at) <= now() - make_interval(days => %(days)s)
        ORDER BY coalesce(collected_at, cancelled_at) LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    """,
    read=False,
)

LOCK_LATE = Statement(
    """
    SELECT id::text FROM purchase
    WHERE id = %(purchase)s::uuid AND status = 'placed' AND picking_since IS NULL AND pay_by < now() AND total > 0
    FOR UPDATE SKIP LOCKED
    """,
    read=False,
)


class PurchaseRepository:
    """Purchases in the database of `manager`, each of which has so many days to be collected once it is paid."""

    def __init__(self, manager: Manager, days_to_collect: int) -> None:
        self._manager = manager
        self._days = days_to_collect

    async def read(self, purchase: str, who: Principal) -> str:
        """Return the JSON of a purchase that `who` may see. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(
            READ, purchase=purchase, days_to_collect=self._days, **seer(who)
        )
        if found is None:
            raise no_purchase()
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
        values = {**filters, "customer": who.customer_id, "days_to_collect": self._days}
        rows = await self._manager.fetch(
            statement, **{name: values[name] for name in statement.names}
        )
        return looked_through(rows)

    async def lock(self, purchase: str) -> tuple[str, Decimal]:
        """Lock a purchase until the transaction's end; return its status, as the API says it, and total.

        Raises NotFound.
        """
        found = await self._manager.fetch_one(LOCK, purchase=purchase)
        if found is None:
            raise no_purchase()
        return found[0], found[1]

    async def lock_seen(self, purchase: str, who: Principal) -> tuple[str, Decimal]:
        """Lock a purchase that `who` may see as lock() does. Raises NotFound."""
        found = await self._manager.fetch_one(LOCK_SEEN, purchase=purchase, **seer(who))
        if found is None:
            raise no_purchase()
        return found[0], found[1]

    async def lock_late(self, purchase: str) -> bool:
        """Lock a purchase that nobody picks and whose time to pay is over; False if it is not, or is locked already."""
        return await self._manager.fetch_one(LOCK_LATE, purchase=purchase) is not None

    async def balances(self, purchase: str) -> dict[str, Decimal]:
        """Return paid less refunded by method, in the order of their first use."""
        return dict(await self._manager.fetch(BALANCES, purchase=purchase))

    async def pay(
        self, purchase: str, kind: str, money: Mapping[str, Any], login_id: int | None
    ) -> str:
        """Record `money` (Moved.booked() made it) taken or refunded; return its JSON. Raises Conflict `till_closed`."""
        found: str | None = await self._manager.fetch_value(
            PAY, purchase=purchase, kind=kind, login=login_id, **money
        )
        if found is None:
            raise till_closed()
        return found

    async def abandoned(self, purchase: str) -> bool:
        """Say whether a placed purchase was paid in full, and the days to collect it are over."""
        values = {"purchase": purchase, "days_to_collect": self._days}
        return bool(await self._manager.fetch_value(ABANDONED, **values))

    async def credited(self, purchase: str) -> Decimal:
        """Return what was given back of a purchase since it was handed over."""
        found: Decimal = await self._manager.fetch_value(CREDITED, purchase=purchase)
        return found

    async def given_back(self, purchase: str) -> Decimal:
        """Return what deposits came to that were given back with a purchase, and so paid for it."""
        found: Decimal = await self._manager.fetch_value(GIVEN_BACK, purchase=purchase)
        return found

    async def min_age(self, purchase: str) -> int | None:
        """Return the age in years that the buyer of a purchase must have, if any."""
        found: int | None = await self._manager.fetch_value(MIN_AGE, purchase=purchase)
        return found

    async def collect(self, purchase: str, age_checked_by: int | None, till: str | None) -> None:
        """Note that a purchase was collected, at which till, and whose login looked at the buyer's age.

        Raises Conflict `till_closed`.
        """
        done = await self._manager.run(
            COLLECT, purchase=purchase, age_checked_by=age_checked_by, till=till
        )
        if not done:
            raise till_closed()

    async def cancel(self, purchases: Sequence[str], reason: str) -> None:
        """Note that purchases were cancelled."""
        await self._manager.run(CANCEL, purchases=list(purchases), reason=reason)

    async def lock_unpaid_of(self, phone: str, limit: int) -> list[tuple[str, int, Decimal]]:
        """Lock up to `limit` placed purchases with a contact's telephone number that nothing was paid for.

        Returns (id, invoice number, total) of each. Spellings of one number are one.
        """
        return await self._manager.fetch(LOCK_UNPAID_OF, phone=phone, limit=limit)

    async def end_links(self, limit: int, days: int) -> int:
        """Have up to `limit` purchases that ended so many days ago be opened by no guest's token; return how many."""
        return await self._manager.run(END_LINKS, limit=limit, days=days)

    async def unpaid(self, limit: int) -> list[str]:
        """Return purchases that nothing was paid for in time, the longest overdue first."""
        return [row[0] for row in await self._manager.fetch(UNPAID, limit=limit)]
