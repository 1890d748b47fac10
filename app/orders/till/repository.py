"""Statements about sessions at tills, and the books of payments."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from datetime import datetime
from typing import Any

from app.core.database import Manager, Statement, UniqueViolation, json_array, json_object
from app.core.web import Conflict, NotFound
from app.core.web.paging import Scalar
from app.orders.purchases.shape import PAYMENT_MEMBERS
from app.orders.statements import VAT
from app.orders.till.schemas import NewCashMovement, NewTillSession, TillCount

_SUMMARY = """
    'id', s.id, 'till', s.till, 'status', CASE WHEN s.closed_at IS NULL THEN 'open' ELSE 'closed' END, 'number', s.number,
    'float', s.float::text, 'counted', s.counted::text, 'difference', (s.counted - s.expected)::text,
    'opened_at', rfc3339(s.opened_at), 'closed_at', rfc3339(s.closed_at)"""

_MOVEMENT = json_object("""
    'id', c.id, 'kind', c.kind, 'amount', c.amount::text, 'reason', c.reason, 'at', rfc3339(c.at)""")

_TAKINGS = json_object("""
    'method', y.method, 'payments', y.payments, 'taken', y.taken::text, 'refunds', y.refunds, 'refunded', y.refunded::text""")

_REPORT = json_object(
    f"""{_SUMMARY}, 'note', s.note, 'expected', coalesce(s.expected, expected_cash(s.id))::text, 'rounding', t.rounding::text,
    'invoiced', i.invoiced::text, 'prepaid', b.prepaid::text, 'redeemed', b.redeemed::text""",
    takings="t.takings",
    vat="i.vat",
    movements=f"(SELECT {json_array(_MOVEMENT, 'c.id')} FROM cash_movement c WHERE c.session_id = s.id)",
)

READ = Statement(
    f"""
    SELECT {_REPORT}
    FROM till_session s
    CROSS JOIN LATERAL (
        SELECT {json_array(_TAKINGS, "y.method")} AS takings, coalesce(sum(y.rounding), 0.00) AS rounding
        FROM (
            SELECT method, count(*) FILTER (WHERE kind = 'payment') AS payments,
                   coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0.00) AS taken,
                   count(*) FILTER (WHERE kind = 'refund') AS refunds,
                   coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0.00) AS refunded,
                   sum(CASE kind WHEN 'payment' THEN rounding ELSE -rounding END) AS rounding
            FROM payment WHERE session_id = s.id GROUP BY method
        ) y
    ) t
    CROSS JOIN LATERAL (
        SELECT {json_array(VAT, "v.rate")} AS vat, coalesce(sum(v.gross), 0.00) AS invoiced
        FROM (
            SELECT v.rate, sum(k.sign * v.gross) AS gross, sum(k.sign * (v.gross - v.vat)) AS net, sum(k.sign * v.vat) AS vat
            FROM document d
            CROSS JOIN LATERAL (SELECT CASE d.kind WHEN 'invoice' THEN 1 ELSE -1 END AS sign) k
            CROSS JOIN LATERAL (SELECT * FROM document_vat WHERE document_id = d.id OFFSET 0) v
            WHERE d.session_id = s.id GROUP BY v.rate
        ) v
    ) i
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(greatest(b.ahead, 0.00)), 0.00) AS prepaid, coalesce(sum(greatest(-b.ahead, 0.00)), 0.00) AS redeemed
        FROM (
            -- Of each purchase, what was taken here above what was handed over here.
            SELECT m.purchase_id, sum(m.amount) AS ahead
            FROM (
                SELECT purchase_id, CASE kind WHEN 'payment' THEN amount ELSE -amount END AS amount
                FROM payment WHERE session_id = s.id
                UNION ALL
                SELECT purchase_id, CASE kind WHEN 'invoice' THEN -total ELSE total END FROM document WHERE session_id = s.id
            ) m
            GROUP BY m.purchase_id
        ) b
    ) b
    WHERE s.id = %(session)s
    """,
    read=True,
)

PAGE = Statement(
    f"""
    SELECT {json_object(_SUMMARY + ", 'expected', s.expected::text")}, s.id
    FROM till_session s
    WHERE (%(till)s::text IS NULL OR s.till = %(till)s) AND (NOT %(open)s OR s.closed_at IS NULL)
        AND (%(after_id)s::bigint IS NULL OR s.id < %(after_id)s)
    ORDER BY s.id DESC LIMIT %(limit)s
    """,
    read=True,
)

OPEN = Statement(
    "INSERT INTO till_session (till, float, opened_by) VALUES (%(till)s, %(float)s, %(by)s) RETURNING id",
    read=False,
)

# Whoever takes money for it has a share of this row until his transaction's end: the end waits for him.
LOCK = Statement(
    "SELECT closed_at IS NULL FROM till_session WHERE id = %(session)s FOR UPDATE", read=False
)

# Behind the lock, by a statement of its own, which sees what was taken meanwhile. A till's next session opens behind this one.
# Not now(), which was before it waited for those who took money meanwhile.
CLOSE = Statement(
    """
    UPDATE till_session s SET closed_at = clock_timestamp(), closed_by = %(by)s, counted = %(counted)s, note = %(note)s,
        expected = expected_cash(s.id),
        number = 1 + coalesce((SELECT max(b.number) FROM till_session b WHERE b.till = s.till), 0)
    WHERE s.id = %(session)s
    """,
    read=False,
)

MOVE = Statement(
    f"""
    INSERT INTO cash_movement AS c (session_id, kind, amount, reason, login_id)
    SELECT %(session)s::bigint, %(kind)s, %(amount)s::numeric, %(reason)s, %(by)s::bigint
    WHERE %(kind)s = 'pay_in' OR expected_cash(%(session)s::bigint) >= %(amount)s::numeric
    RETURNING {_MOVEMENT}
    """,
    read=False,
)

_PAYMENT = json_object(
    f"""{PAYMENT_MEMBERS}, 'purchase', p.id, 'purchase_number', p.invoice_number,
    'till', (SELECT s.till FROM till_session s WHERE s.id = y.session_id)"""
)


def _payments(condition: str) -> Statement:
    """Return the statement that lists payments, each by one index: of a session, or of all by when money moved."""
    return Statement(
        f"""
        SELECT {_PAYMENT}, y.at, y.id
        FROM payment y JOIN purchase p ON p.id = y.purchase_id
        WHERE {condition}
            AND y.at >= coalesce(%(since)s::timestamptz, '-infinity') AND y.at < coalesce(%(until)s::timestamptz, 'infinity')
            AND (y.at, y.id) < (coalesce(%(after_at)s::timestamptz, 'infinity'), coalesce(%(after_id)s::bigint, 0))
        ORDER BY y.at DESC, y.id DESC LIMIT %(limit)s
        """,
        read=True,
    )


PAYMENTS = _payments("true")
PAYMENTS_OF_SESSION = _payments("y.session_id = %(session)s")


class TillRepository:
    """Sessions at tills in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, session: int) -> str:
        """Return the JSON of a session with its report. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(READ, session=session)
        if found is None:
            raise _missing()
        return found

    async def page(
        self, *, till: str | None, only_open: bool, limit: int, after_id: Scalar
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, id), the newest first, behind `after_id`."""
        return await self._manager.fetch(
            PAGE, till=till, open=only_open, limit=limit, after_id=after_id
        )

    async def open(self, new: NewTillSession, by: int | None) -> int:
        """Open a till, and return its session. Raises Conflict `till_open`."""
        try:
            session: int = await self._manager.fetch_value(
                OPEN, till=new.till, float=new.float, by=by
            )
        except UniqueViolation as error:
            raise Conflict(f"The till {new.till} is open already.", code="till_open") from error
        return session

    async def lock(self, session: int) -> None:
        """Lock an open session until the transaction's end. Raises NotFound, and Conflict `till_closed`."""
        found = await self._manager.fetch_one(LOCK, session=session)
        if found is None:
            raise _missing()
        if not found[0]:
            raise Conflict("The till was closed.", code="till_closed")

    async def close(self, session: int, count: TillCount, by: int | None) -> None:
        """Close a locked session with what was counted."""
        await self._manager.run(
            CLOSE, session=session, counted=count.counted, note=count.note, by=by
        )

    async def move(self, session: int, moved: NewCashMovement, by: int | None) -> str:
        """Write down cash that was put into a locked session's drawer or taken out; return its JSON.

        Raises Conflict `not_in_drawer`.
        """
        found: str | None = await self._manager.fetch_value(
            MOVE, session=session, by=by, **moved.model_dump()
        )
        if found is None:
            raise Conflict("There is not so much cash in the drawer.", code="not_in_drawer")
        return found

    async def payments(
        self,
        *,
        session: int | None,
        since: datetime | None,
        until: datetime | None,
        limit: int,
        after: tuple[Scalar, ...] | None,
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, at, id) of payments, the newest first, behind the key `after`."""
        after_at, after_id = after or (None, None)
        page = {
            "since": since,
            "until": until,
            "limit": limit,
            "after_at": after_at,
            "after_id": after_id,
        }
        if session is None:
            return await self._manager.fetch(PAYMENTS, **page)
        return await self._manager.fetch(PAYMENTS_OF_SESSION, session=session, **page)


def _missing() -> NotFound:
    return NotFound("There is no such session at a till.")
