"""Queries about invoice requests and their lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.database import Manager, Statement, json_array, json_object
from app.core.web import Conflict, FieldError, NotFound
from app.core.web.paging import Scalar
from app.inventory.requests.receiving import Line
from app.inventory.stock.statements import PRODUCT_JSON

_LINE_JSON = json_object(
    """
    'quantity', i.quantity::text, 'received', i.received::text, 'unit_cost', i.unit_cost::text""",
    product=PRODUCT_JSON,
)

_JSON = json_object(
    """
    'code', r.code, 'status', r.status, 'note', r.note, 'version', r.version,
    'created_at', rfc3339(r.created_at), 'updated_at', rfc3339(r.updated_at)""",
    supplier=json_object("'code', s.code, 'name', s.name"),
    lines=f"""(
        SELECT {json_array(_LINE_JSON, "i.id")}
        FROM invoice_request_line i JOIN product p ON p.id = i.product_id
        WHERE i.invoice_request_id = r.id)""",  # noqa: S608 - made of constants
)

_FROM = "FROM invoice_request r JOIN supplier s ON s.id = r.supplier_id"

READ = Statement(f"SELECT {_JSON}, r.version {_FROM} WHERE r.code = %(code)s")

PAGE = Statement(
    f"""
    SELECT {_JSON}, r.id {_FROM}
    WHERE (%(status)s::text IS NULL OR r.status = %(status)s)
      AND (%(supplier)s::text IS NULL OR s.code = %(supplier)s)
      AND (%(after_id)s::bigint IS NULL OR r.id < %(after_id)s)
    ORDER BY r.id DESC
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
    INSERT INTO invoice_request (code, supplier_id, note, created_by)
    VALUES (%(code)s, %(supplier)s, %(note)s, %(by)s)
    ON CONFLICT (code) DO NOTHING
    RETURNING id
    """,
)

LOCK = Statement(
    """
    SELECT id, status, version, supplier_id FROM invoice_request WHERE code = %(code)s FOR UPDATE
    """,
)

LINES = Statement(
    """
    SELECT i.id, i.product_id, p.code, p.unit, i.quantity, i.received, i.unit_cost
    FROM invoice_request_line i JOIN product p ON p.id = i.product_id
    WHERE i.invoice_request_id = %(id)s
    ORDER BY i.id
    """,
)

ADD_LINES = Statement(
    """
    INSERT INTO invoice_request_line (invoice_request_id, product_id, quantity, unit_cost)
    SELECT %(id)s, g.product_id, g.quantity, g.unit_cost
    FROM unnest(%(products)s::bigint[], %(quantities)s::numeric[], %(unit_costs)s::numeric[])
        WITH ORDINALITY AS g (product_id, quantity, unit_cost, place)
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
    UPDATE invoice_request r SET status = CASE WHEN EXISTS (
        SELECT FROM invoice_request_line i
        WHERE i.invoice_request_id = r.id AND i.received < i.quantity
    ) THEN 'partly_received' ELSE 'received' END
    WHERE r.id = %(id)s
    """,
)

# Every change of the lines or the note is one of the request, for its version.
CHANGE = Statement(
    """
    UPDATE invoice_request
    SET note = coalesce(%(note)s, note), status = coalesce(%(status)s, status)
    WHERE id = %(id)s
    """,
)

REMOVE_LINES = Statement("DELETE FROM invoice_request_line WHERE invoice_request_id = %(id)s")

DELETE = Statement("DELETE FROM invoice_request WHERE id = %(id)s")


@dataclass(frozen=True, slots=True)
class Locked:
    """An invoice request that nobody else changes until the transaction's end."""

    id: int
    status: str
    version: int
    supplier_id: int


class InvoiceRequestRepository:
    """Invoice requests in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, code: str) -> tuple[str, int]:
        """Return the request's JSON and version. Raises NotFound."""
        body, version = _found(await self._manager.fetch_one(READ, code=code))
        return body, version

    async def page(
        self,
        *,
        status: str | None,
        supplier: str | None,
        limit: int,
        after: tuple[Scalar, ...] | None,
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, id), newest first, behind the key `after`."""
        (after_id,) = after or (None,)
        return await self._manager.fetch(
            PAGE, status=status, supplier=supplier, limit=limit, after_id=after_id
        )

    async def create(
        self, code: str | None, supplier_id: int, note: str, by: int | None
    ) -> tuple[int, str]:
        """Insert a request without lines, and return its id and code.

        Raises Conflict for a code that is taken; without one, the next number that is free is it.
        """
        while True:
            named = code or await self._manager.fetch_value(NEXT_CODE)
            row = await self._manager.fetch_one(
                CREATE, code=named, supplier=supplier_id, note=note, by=by
            )
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

    async def add_lines(
        self, request_id: int, lines: Sequence[tuple[int, Decimal, Decimal]]
    ) -> None:
        """Add lines of (product's id, quantity, unit cost) in that order."""
        products, quantities, unit_costs = zip(*lines, strict=True)
        await self._manager.run(
            ADD_LINES,
            id=request_id,
            products=list(products),
            quantities=list(quantities),
            unit_costs=list(unit_costs),
        )

    async def replace_lines(
        self, request_id: int, lines: Sequence[tuple[int, Decimal, Decimal]]
    ) -> None:
        """Put other lines in the place of all that there are."""
        await self._manager.run(REMOVE_LINES, id=request_id)
        await self.add_lines(request_id, lines)

    async def change(self, request_id: int, *, note: str | None, status: str | None) -> None:
        """Set the note and the status, where given; the version grows in any case."""
        await self._manager.run(CHANGE, id=request_id, note=note, status=status)

    async def count_received(
        self, request_id: int, received: Sequence[tuple[int, Decimal]]
    ) -> None:
        """Add what came, as (line's id, quantity), to the lines, and set the status after that."""
        lines, quantities = zip(*received, strict=True)
        await self._manager.run(COUNT_RECEIVED, lines=list(lines), quantities=list(quantities))
        await self._manager.run(SET_RECEIVED, id=request_id)

    async def delete(self, request_id: int) -> None:
        """Delete a request with its lines. Raises ForeignKeyViolation if anything was received."""
        await self._manager.run(REMOVE_LINES, id=request_id)
        await self._manager.run(DELETE, id=request_id)


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such invoice request.")
    return row
