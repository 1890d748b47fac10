"""Statements about documents."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.core.database import CheckViolation, Manager, Statement
from app.core.web import NotFound
from app.core.web.json import dumps
from app.core.web.security import Principal
from app.orders.invoices.crediting import ChargedLine, CreditedLine
from app.orders.invoices.numbers import WEB, Number
from app.orders.invoices.shape import DOCUMENT, DOCUMENTS
from app.orders.seeing import SEEN, no_purchase, seer
from app.orders.states import till_closed

READ = Statement(
    f"""
    SELECT {DOCUMENT} FROM document d JOIN purchase p ON p.id = d.purchase_id
    WHERE (d.series, d.year, d.number) = (%(series)s, %(year)s, %(number)s) AND {SEEN}
    """,
    read=True,
)

OF_PURCHASE = Statement(
    f"SELECT {DOCUMENTS} FROM purchase p WHERE p.id = %(purchase)s::uuid AND {SEEN}",
    read=True,
)

INVOICE_OF = Statement(
    f"""
    SELECT d.id, d.series, d.year, d.number FROM purchase p
    LEFT JOIN document d ON d.purchase_id = p.id AND d.kind = 'invoice'
    WHERE p.id = %(purchase)s::uuid AND {SEEN}
    """,
    read=True,
)

NAME_BUYER = Statement(
    """
    INSERT INTO document_buyer (document_id, name, address, vat_id)
    VALUES (%(document)s, %(name)s, %(address)s::jsonb, %(vat_id)s)
    ON CONFLICT (document_id) DO NOTHING RETURNING document_id
    """,
    read=False,
)

# All lines of a purchase that something was paid for, with what was given back of each so far. For who holds the purchase.
CREDITABLE = Statement(
    """
    SELECT l.id, CASE WHEN l.product_id IS NOT NULL THEN l.code END, l.unit = 'piece', l.quantity, l.total,
           coalesce(c.quantity, 0.000), coalesce(c.total, 0.00)
    FROM purchase_line l
    CROSS JOIN LATERAL (
        SELECT sum(c.quantity) AS quantity, sum(c.total) AS total
        FROM document d JOIN document_line c ON c.document_id = d.id
        WHERE d.purchase_id = l.purchase_id AND d.kind = 'credit_note' AND c.purchase_line_id = l.id
    ) c
    WHERE l.purchase_id = %(purchase)s::uuid AND l.price >= 0 ORDER BY l.id
    """,
    read=True,
)

ISSUE_CREDIT_NOTE = Statement(
    """
    SELECT issue_document('credit_note', %(series)s, %(purchase)s::uuid, %(lines)s::bigint[], %(quantities)s::numeric[],
                          %(totals)s::numeric[])
    """,
    read=False,
)

SPREAD = Statement("SELECT spread(%(amount)s::numeric, %(weights)s::numeric[])", read=True)


class DocumentRepository:
    """Invoices and credit notes in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, number: Number, who: Principal) -> str:
        """Return the JSON of a document of a purchase that `who` may see. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(READ, **number._asdict(), **seer(who))
        if found is None:
            raise missing()
        return found

    async def of_purchase(self, purchase: str, who: Principal) -> str:
        """Return the JSON of all documents of a purchase that `who` may see. Raises NotFound."""
        found: str | None = await self._manager.fetch_value(
            OF_PURCHASE, purchase=purchase, **seer(who)
        )
        if found is None:
            raise no_purchase()
        return found

    async def invoice_of(self, purchase: str, who: Principal) -> tuple[int, Number] | None:
        """Return the id and number of the invoice of a purchase that `who` may see, if it has one. Raises NotFound."""
        found = await self._manager.fetch_one(INVOICE_OF, purchase=purchase, **seer(who))
        if found is None:
            raise no_purchase()
        document, *number = found
        return None if document is None else (document, Number(*number))

    async def name_buyer(self, invoice: int, buyer: Mapping[str, Any]) -> bool:
        """Have an invoice name its buyer (name, address, vat_id); False if it names one already."""
        address = dumps(buyer["address"]).decode()
        values = {**buyer, "document": invoice, "address": address}
        return await self._manager.fetch_one(NAME_BUYER, **values) is not None

    async def charged(self, purchase: str) -> list[ChargedLine]:
        """Return the lines of a purchase, which the caller holds."""
        rows = await self._manager.fetch(CREDITABLE, purchase=purchase)
        return [ChargedLine(*row) for row in rows]

    async def spread(self, amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
        """Return the parts of an amount by weights, of which one at least is above 0."""
        found: list[Decimal] = await self._manager.fetch_value(
            SPREAD, amount=amount, weights=list(weights)
        )
        return found

    async def issue_credit_note(
        self, purchase: str, lines: Sequence[CreditedLine], till: str | None
    ) -> str:
        """Write a credit note, of a till's series if it is given there, as the last that a transaction does; return its number.

        The caller holds the purchase, and gives back no more than was charged: else CheckViolation. Raises Conflict
        `till_closed`.
        """
        values = {
            "series": till or WEB,
            "purchase": purchase,
            "lines": [each.line for each in lines],
            "quantities": [each.quantity for each in lines],
            "totals": [each.total for each in lines],
        }
        try:
            found: str = await self._manager.fetch_value(ISSUE_CREDIT_NOTE, **values)
        except CheckViolation as error:
            if error.constraint == "till_closed":
                raise till_closed() from error
            raise
        return found


def missing() -> NotFound:
    """Return the error for a number that no document has, or only others'."""
    return NotFound("There is no such document.")
