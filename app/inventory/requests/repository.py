"""Queries about invoice requests and their lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.database import Manager, Statement
from app.core.web import Conflict, FieldError, NotFound
from app.core.web.paging import Scalar
from app.inventory.requests.asking import NewLine
from app.inventory.requests.receiving import Deviation, Line
from app.inventory.requests.schemas import InvoiceRequestQuery
from app.inventory.requests.shape import FROM, JSON, PAPER
from app.product.discounts.schemas import Weekday

READ = Statement(f"SELECT {JSON}, r.version {FROM} WHERE r.code = %(code)s")

PAPER_OF = Statement(f"SELECT {PAPER} {FROM} CROSS JOIN shop h WHERE r.code = %(code)s")

PAGE = Statement(
    f"""
    SELECT {JSON}, r.id {FROM}
    WHERE (%(status)s::text IS NULL OR r.status = %(status)s)
      AND (%(supplier)s::text IS NULL OR s.code = %(supplier)s)
      AND (%(after_id)s::bigint IS NULL OR r.id < %(after_id)s)
    ORDER BY r.id DESC
    LIMIT %(limit)s
    """,
)

# Of all that ever came, the few that should have come and have not.
OVERDUE_PAGE = Statement(
    f"""
    SELECT {JSON}, r.expected_on, r.id {FROM}
    WHERE r.status IN ('open', 'partly_received') AND r.expected_on < CURRENT_DATE
      AND (%(status)s::text IS NULL OR r.status = %(status)s)
      AND (%(supplier)s::text IS NULL OR s.code = %(supplier)s)
      AND (r.expected_on, r.id) > (coalesce(%(after_day)s::date, '-infinity'), coalesce(%(after_id)s::bigint, 0))
    ORDER BY r.expected_on, r.id
    LIMIT %(limit)s
    """,
)

# lpad() would cut a number of seven digits.
NEXT_CODE = Statement(
    """
    SELECT 'IR-' || lpad(n::text, greatest(6, length(n::text)), '0')
    FROM nextval('invoice_request_number') AS n
    """,
)

CREATE = Statement(
    """
    INSERT INTO invoice_request (code, supplier_id, note, created_by, status, sent_at, expected_on, proposed)
    VALUES (%(code)s, %(supplier)s, %(note)s, %(by)s, %(status)s,
            CASE %(status)s WHEN 'open' THEN now() END, %(expected_on)s, %(proposed)s)
    ON CONFLICT (code) DO NOTHING
    RETURNING id
    """,
)

LOCK = Statement(
    """
    SELECT id, CASE status WHEN 'open' THEN 'sent' ELSE status END, version, supplier_id, expected_on
    FROM invoice_request WHERE code = %(code)s FOR UPDATE
    """,
)

SUPPLIER = Statement(
    """
    SELECT active, lead_days, ARRAY(SELECT jsonb_array_elements_text(delivery_days))
    FROM supplier WHERE id = %(id)s
    """,
)

SEND = Statement(
    """
    UPDATE invoice_request SET status = 'open', sent_at = now(), expected_on = %(expected_on)s
    WHERE id = %(id)s
    """,
)

LINES = Statement(
    """
    SELECT i.id, i.product_id, p.code, p.unit, i.quantity, i.received, i.unit_cost, p.active, p.shelf_life_days, (
        SELECT coalesce(sum(d.quantity), 0) FROM delivery_deviation d
        WHERE d.invoice_request_line_id = i.id AND d.kind = 'rejected')
    FROM invoice_request_line i JOIN product p ON p.id = i.product_id
    WHERE i.invoice_request_id = %(id)s
    ORDER BY i.id
    """,
)

ADD_LINES = Statement(
    """
    INSERT INTO invoice_request_line (invoice_request_id, product_id, quantity, unit_cost, article_number, pack, why)
    SELECT %(id)s, g.product_id, g.quantity, g.unit_cost, g.article_number, g.pack, g.why::jsonb
    FROM unnest(%(products)s::bigint[], %(quantities)s::numeric[], %(unit_costs)s::numeric[],
                %(article_numbers)s::text[], %(packs)s::numeric[], %(whys)s::text[])
        WITH ORDINALITY AS g (product_id, quantity, unit_cost, article_number, pack, why, place)
    ORDER BY g.place
    """,
)

COUNT_RECEIVED = Statement(
    """
    UPDATE invoice_request_line i SET received = i.received + g.quantity
    FROM (SELECT line_id, sum(quantity) AS quantity
          FROM unnest(%(lines)s::bigint[], %(quantities)s::numeric[]) AS u (line_id, quantity)
          GROUP BY line_id) g
    WHERE i.id = g.line_id
    """,
)

SET_RECEIVED = Statement(
    """
    UPDATE invoice_request r SET status = (
        SELECT CASE WHEN bool_and(i.received >= i.quantity) THEN 'received'
            WHEN bool_or(i.received > 0) THEN 'partly_received' ELSE r.status END
        FROM invoice_request_line i WHERE i.invoice_request_id = r.id)
    WHERE r.id = %(id)s
    """,
)

DEVIATE = Statement(
    """
    INSERT INTO delivery_deviation (invoice_request_line_id, kind, quantity, reason, login_id)
    SELECT g.line_id, g.kind, g.quantity, g.reason, %(login)s::bigint
    FROM unnest(%(lines)s::bigint[], %(kinds)s::text[], %(quantities)s::numeric[], %(reasons)s::text[])
        WITH ORDINALITY AS g (line_id, kind, quantity, reason, place)
    ORDER BY g.place
    """,
)

# Every change of the lines or the note is one of the request, for its version.
CHANGE = Statement(
    """
    UPDATE invoice_request
    SET note = coalesce(%(note)s, note), status = coalesce(%(status)s, status),
        proposed = false, expected_on = CASE WHEN %(expect)s THEN %(expected_on)s::date ELSE expected_on END
    WHERE id = %(id)s
    """,
)

REMOVE_LINES = Statement("DELETE FROM invoice_request_line WHERE invoice_request_id = %(id)s")

DELETE = Statement("DELETE FROM invoice_request WHERE id = %(id)s")


Key = tuple[Scalar, ...] | None
"""The sort key that a page starts behind; None for the first page."""


@dataclass(frozen=True, slots=True)
class Locked:
    """An invoice request that nobody else changes until the transaction's end."""

    id: int
    status: str
    version: int
    supplier_id: int
    expected_on: date | None


class InvoiceRequestRepository:
    """Invoice requests in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, code: str) -> tuple[str, int]:
        """Return the request's JSON and version. Raises NotFound."""
        body, version = _found(await self._manager.fetch_one(READ, code=code))
        return body, version

    async def paper(self, code: str) -> str:
        """Return the JSON of what is sent to the supplier. Raises NotFound."""
        (body,) = _found(await self._manager.fetch_one(PAPER_OF, code=code))
        return str(body)

    async def page(self, query: InvoiceRequestQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first; of what is overdue (JSON, day, id), the longest first.

        One more than the query asks for, behind the key `after`.
        """
        filters = {
            "status": {"sent": "open"}.get(query.status or "", query.status),
            "supplier": query.supplier,
            "limit": query.limit + 1,
        }
        if query.overdue:
            day, id_ = after or (None, None)
            return await self._manager.fetch(OVERDUE_PAGE, **filters, after_day=day, after_id=id_)
        (after_id,) = after or (None,)
        return await self._manager.fetch(PAGE, **filters, after_id=after_id)

    async def create(self, code: str | None, values: Mapping[str, Any]) -> tuple[int, str]:
        """Insert a request without lines, and return its id and code.

        `values` are its `supplier` (the id), `note`, `expected_on`, its `status`, draft or open, whether it was
        `proposed`, and who made it, `by`.

        Raises Conflict for a code that is taken; without one, the next number that is free is it.
        """
        while True:
            named = code or await self._manager.fetch_value(NEXT_CODE)
            row = await self._manager.fetch_one(CREATE, code=named, **values)
            if row is not None:
                return row[0], named
            if code is not None:
                raise Conflict(
                    "There is an invoice request with that code already.",
                    code="already_exists",
                    errors=[FieldError("/code", "is taken")],
                )

    async def lock(self, code: str) -> Locked:
        """Lock the request until the transaction's end. Raises NotFound."""
        return Locked(*_found(await self._manager.fetch_one(LOCK, code=code)))

    async def lines(self, request_id: int) -> list[Line]:
        """Return the request's lines in their order."""
        return [Line(*row) for row in await self._manager.fetch(LINES, id=request_id)]

    async def add_lines(self, request_id: int, lines: Sequence[NewLine]) -> None:
        """Add lines in that order."""
        await self._manager.run(
            ADD_LINES,
            id=request_id,
            products=[line.product_id for line in lines],
            quantities=[line.quantity for line in lines],
            unit_costs=[line.unit_cost for line in lines],
            article_numbers=[line.article_number for line in lines],
            packs=[line.pack for line in lines],
            whys=[line.why for line in lines],
        )

    async def replace_lines(self, request_id: int, lines: Sequence[NewLine]) -> None:
        """Put other lines in the place of all that there are."""
        await self._manager.run(REMOVE_LINES, id=request_id)
        await self.add_lines(request_id, lines)

    async def change(self, request_id: int, values: Mapping[str, Any]) -> None:
        """Set the `note`, the `status` and `expected_on`, where given; the version grows in any case."""
        await self._manager.run(
            CHANGE,
            id=request_id,
            note=values.get("note"),
            status=values.get("status"),
            expect="expected_on" in values,
            expected_on=values.get("expected_on"),
        )

    async def supplier(self, supplier_id: int) -> tuple[bool, int | None, list[Weekday]]:
        """Return whether a supplier is active, its lead days, and the days on which it delivers."""
        active, lead_days, days = _found(await self._manager.fetch_one(SUPPLIER, id=supplier_id))
        return active, lead_days, days

    async def send(self, request_id: int, expected_on: date | None) -> None:
        """Note that a draft is sent now, and when it will come."""
        await self._manager.run(SEND, id=request_id, expected_on=expected_on)

    async def deviate(self, deviations: Sequence[Deviation], by: int | None) -> None:
        """Write down what came otherwise than asked for."""
        await self._manager.run(
            DEVIATE,
            lines=[each.line.id for each in deviations],
            kinds=[each.kind for each in deviations],
            quantities=[each.quantity for each in deviations],
            reasons=[each.reason for each in deviations],
            login=by,
        )

    async def count_received(
        self, request_id: int, received: Sequence[tuple[int, Decimal]]
    ) -> None:
        """Add what came, as (line's id, quantity), to the lines, and set the status after that."""
        await self._manager.run(
            COUNT_RECEIVED,
            lines=[line for line, _ in received],
            quantities=[quantity for _, quantity in received],
        )
        await self._manager.run(SET_RECEIVED, id=request_id)

    async def delete(self, request_id: int) -> None:
        """Delete a request with its lines. Raises ForeignKeyViolation if anything was received."""
        await self._manager.run(REMOVE_LINES, id=request_id)
        await self._manager.run(DELETE, id=request_id)


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such invoice request.")
    return row
