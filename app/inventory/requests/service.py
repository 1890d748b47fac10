"""What staff asks of suppliers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.threads import Threads
from app.core.web import Conflict, FieldError, Unavailable
from app.core.web.conditional import check_version
from app.inventory.articles.repository import ArticleRepository
from app.inventory.requests.asking import NewLine, Wish, active_supplier, at_terms, requested
from app.inventory.requests.dates import expected_on
from app.inventory.requests.repository import InvoiceRequestRepository, Key, Locked
from app.inventory.requests.schemas import (
    InvoiceRequestChanges,
    InvoiceRequestQuery,
    NewInvoiceRequest,
    NewInvoiceRequestLine,
)
from app.inventory.requests.table import table
from app.inventory.stock.repository import StockRepository

_MAX_WAITING = 32


class InvoiceRequests:
    """Asks suppliers for goods."""

    def __init__(
        self,
        manager: Manager,
        requests: InvoiceRequestRepository,
        articles: ArticleRepository,
        stock: StockRepository,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._requests = requests
        self._articles = articles
        self._stock = stock
        self._audit = audit
        self._threads = Threads("orders", at_once=1, max_waiting=_MAX_WAITING, busy=_busy)

    async def read(self, code: str) -> tuple[str, int]:
        """Return the request's JSON and version. Raises NotFound."""
        return await self._requests.read(code)

    async def printed(self, code: str) -> bytes:
        """Return the request as PDF, the same bytes for the same request. Raises NotFound, and Unavailable where too many wait."""
        return await self._threads.run(_print, await self._requests.paper(code))

    async def tabled(self, code: str) -> bytes:
        """Return the request's lines as CSV. Raises NotFound."""
        return table(orjson.loads(await self._requests.paper(code)))

    async def page(self, query: InvoiceRequestQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first; of what is overdue (JSON, day, id), the longest first."""
        return await self._requests.page(query, after)

    async def create(self, new: NewInvoiceRequest, by: int | None) -> tuple[str, str, int]:
        """Make a request, sent or as a draft, and return its code, JSON and version.

        Raises Invalid for what does not exist and for costs that nobody knows, and Conflict for a code that is taken or a
        supplier or product that is withdrawn.
        """

        async def work() -> tuple[str, str, int]:
            known = await self._stock.suppliers([new.supplier])
            supplier_id = active_supplier(known.get(new.supplier))
            lines = await self._lines(supplier_id, new.lines)
            sent, expected = new.status == "sent", new.expected_on
            if sent and expected is None:
                expected = await self._expected(supplier_id)
            request_id, code = await self._requests.create(
                new.code,
                {
                    "supplier": supplier_id,
                    "note": new.note,
                    "status": "open" if sent else "draft",
                    "expected_on": expected,
                    "proposed": False,
                    "by": by,
                },
            )
            await self._requests.add_lines(request_id, lines)
            detail = new.model_dump(mode="json", exclude={"code"})
            await self._audit.record(by, "invoice_request.created", subject(code), detail)
            return code, *await self._requests.read(code)

        return await self._manager.transaction(work)

    async def send(self, code: str, by: int | None) -> tuple[str, int]:
        """Note that a draft is sent, and return the request's JSON and version.

        Raises NotFound, and Conflict `not_draft`, or `withdrawn` if its supplier or a product of it is.
        """

        async def work() -> tuple[str, int]:
            found = await self._requests.lock(code)
            if found.status != "draft":
                raise Conflict(f"The invoice request is {said(found)} already.", code="not_draft")
            await self._refuse_withdrawn(found)
            expected = found.expected_on or await self._expected(found.supplier_id)
            await self._requests.send(found.id, expected)
            await self._audit.record(by, "invoice_request.sent", subject(code))
            return await self._requests.read(code)

        return await self._manager.transaction(work)

    async def change(
        self, code: str, asked: InvoiceRequestChanges, expected: int | None, by: int | None
    ) -> tuple[str, int]:
        """Change a request that nothing was received of, or when it is expected, or cancel what is still open of it.

        Raises NotFound, PreconditionFailed unless the version is `expected` (None: any), Conflict
        for a state that forbids it, and what create() raises for lines.
        """

        async def work() -> tuple[str, int]:
            found = await self._requests.lock(code)
            check_version(found.version, expected)
            await self._change(found, asked, by, code)
            return await self._requests.read(code)

        return await self._manager.transaction(work)

    async def delete(self, code: str, expected: int | None, by: int | None) -> None:
        """Delete a request of which nothing was received.

        Raises NotFound, PreconditionFailed as change() does, and ForeignKeyViolation.
        """

        async def work() -> None:
            found = await self._requests.lock(code)
            check_version(found.version, expected)
            await self._requests.delete(found.id)
            await self._audit.record(by, "invoice_request.deleted", subject(code))

        await self._manager.transaction(work)

    async def _change(
        self, found: Locked, asked: InvoiceRequestChanges, by: int | None, code: str
    ) -> None:
        sent = asked.model_fields_set
        if sent & {"note", "lines"}:
            await self._refuse_begun(found)
        if (found.status == "cancelled" and "expected_on" not in sent) or not sent:
            return
        if found.status in {"received", "cancelled"}:
            raise Conflict(f"It is {said(found)}: nothing is open.", code="not_open")
        if "lines" in sent:
            lines = await self._lines(found.supplier_id, asked.lines)
            await self._requests.replace_lines(found.id, lines)
        await self._requests.change(found.id, asked.model_dump(include=sent - {"lines"}))
        action = "cancelled" if "status" in sent else "updated"
        detail = asked.model_dump(mode="json", include=sent)
        await self._audit.record(by, f"invoice_request.{action}", subject(code), detail)

    async def _refuse_begun(self, found: Locked) -> None:
        rejected = any(line.rejected for line in await self._requests.lines(found.id))
        if rejected or found.status not in {"draft", "sent"}:
            raise Conflict("Only what nothing has come of can be changed.", code="not_open")

    async def _refuse_withdrawn(self, found: Locked) -> None:
        active, _, _ = await self._requests.supplier(found.supplier_id)
        errors = [] if active else [FieldError("", "its supplier is withdrawn")]
        errors += [
            FieldError("", f"{line.product} is withdrawn")
            for line in await self._requests.lines(found.id)
            if not line.active
        ]
        if errors:
            detail = "Its supplier, or something that it asks for, is withdrawn."
            raise Conflict(detail, code="withdrawn", errors=errors)

    async def _expected(self, supplier_id: int) -> date | None:
        _, lead_days, days = await self._requests.supplier(supplier_id)
        return expected_on(await self._stock.today(), lead_days, days)

    async def _lines(
        self, supplier_id: int, lines: Sequence[NewInvoiceRequestLine]
    ) -> list[NewLine]:
        wishes = [Wish(line.product, line.quantity, line.unit_cost) for line in lines]
        products = requested(wishes, await self._stock.products({wish.product for wish in wishes}))
        terms = await self._articles.terms(supplier_id, [product.id for product in products])
        return at_terms(zip(wishes, products, strict=True), terms)


def subject(code: str) -> str:
    """Return what the audit log calls a request."""
    return f"invoice_request:{code}"


def said(found: Locked) -> str:
    """Return a request's status as sentences have it."""
    return found.status.replace("_", " ")


def _print(json: str) -> bytes:
    # Here, so that a worker needs no memory for fonts until somebody prints.
    from app.inventory.requests.printing import printed  # noqa: PLC0415 - as above

    return printed(orjson.loads(json))


def _busy() -> Unavailable:
    return Unavailable("Too many documents are printed at once. Try again.")
