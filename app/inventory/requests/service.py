"""What staff asks of suppliers, and what comes of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict, FieldError, Invalid
from app.core.web.conditional import check_version
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.paging import Scalar
from app.inventory.requests.receiving import Arrival, Received, all_open, receive, requested
from app.inventory.requests.repository import InvoiceRequestRepository, Locked
from app.inventory.requests.schemas import (
    Delivery,
    InvoiceRequestChanges,
    NewInvoiceRequest,
    NewInvoiceRequestLine,
)
from app.inventory.stock.repository import Cause, NewLot, StockRepository


class InvoiceRequests:
    """Asks suppliers for goods, and receives them into lots."""

    def __init__(
        self,
        manager: Manager,
        requests: InvoiceRequestRepository,
        stock: StockRepository,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._requests = requests
        self._stock = stock
        self._audit = audit

    async def read(self, code: str) -> tuple[str, int]:
        """Return the request's JSON and version. Raises NotFound."""
        return await self._requests.read(code)

    async def page(
        self,
        *,
        status: str | None,
        supplier: str | None,
        limit: int,
        after: tuple[Scalar, ...] | None,
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, id), newest first, behind the key `after`."""
        return await self._requests.page(status=status, supplier=supplier, limit=limit, after=after)

    async def create(self, new: NewInvoiceRequest, by: int | None) -> tuple[str, str, int]:
        """Open a request, and return its code, JSON and version.

        Raises Invalid for what does not exist, and Conflict for a code that is taken or a supplier
        or product that is withdrawn.
        """

        async def work() -> tuple[str, str, int]:
            supplier_id = await self._supplier(new.supplier)
            lines = await self._lines(new.lines)
            request_id, code = await self._requests.create(new.code, supplier_id, new.note, by)
            await self._requests.add_lines(request_id, lines)
            detail = new.model_dump(mode="json", exclude={"code"})
            await self._audit.record(by, "invoice_request.created", _subject(code), detail)
            return code, *await self._requests.read(code)

        return await self._manager.transaction(work)

    async def change(
        self, code: str, asked: InvoiceRequestChanges, expected: int | None, by: int | None
    ) -> tuple[str, int]:
        """Change the note or the lines of an open request, or cancel what is still open of it.

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
            await self._audit.record(by, "invoice_request.deleted", _subject(code))

        await self._manager.transaction(work)

    async def receive(
        self, code: str, delivery: Delivery, by: int | None, identity: RequestIdentity
    ) -> Answer:
        """Receive a delivery into lots; answer with the request as it then is, and the lots.

        Raises NotFound, Conflict `not_open`, and what receiving.receive() and once() raise.
        """

        async def work() -> Answer:
            # Of two deliveries at once, the second waits here and then counts the first.
            found = await self._requests.lock(code)
            received = await self._received(found, delivery)
            lots = await self._store(found, received, by)
            detail = {"lots": [lot for _, lot in lots]}
            await self._audit.record(by, "invoice_request.received", _subject(code), detail)
            request, _ = await self._requests.read(code)
            made = await self._stock.lots([lot for _, lot in lots])
            return Answer(200, f'{{"invoice_request":{request},"lots":{made}}}'.encode())

        return await once(self._manager, **identity, work=work)

    async def _received(self, found: Locked, delivery: Delivery) -> list[Received]:
        if found.status not in {"open", "partly_received"}:
            raise Conflict(f"The invoice request is {found.status} already.", code="not_open")
        lines = await self._requests.lines(found.id)
        if delivery.lines is None:
            return all_open(lines)
        arrivals = [Arrival(**dict(line)) for line in delivery.lines]
        return receive(lines, arrivals, await self._stock.today())

    async def _store(
        self, found: Locked, received: Sequence[Received], by: int | None
    ) -> list[tuple[int, int]]:
        lots = [
            NewLot(
                product_id=lot.line.product_id,
                quantity=lot.quantity,
                unit_cost=lot.unit_cost,
                expires_on=lot.expires_on,
                supplier_id=found.supplier_id,
                line_id=lot.line.id,
                lot_code=lot.lot_code,
            )
            for lot in received
        ]
        cause = Cause("receipt", by, invoice_request_id=found.id)
        moved = await self._stock.open_lots(lots, cause)
        counted = [(lot.line.id, lot.quantity) for lot in received]
        await self._requests.count_received(found.id, counted)
        return moved

    async def _change(
        self, found: Locked, asked: InvoiceRequestChanges, by: int | None, code: str
    ) -> None:
        sent = asked.model_fields_set
        if sent & {"note", "lines"} and found.status != "open":
            raise Conflict(
                "Only what nothing has been received of can be changed.", code="not_open"
            )
        if found.status == "cancelled" or not sent:
            return
        if found.status == "received":
            raise Conflict("All of it has been received: nothing is open.", code="not_open")
        if "lines" in sent:
            await self._requests.replace_lines(found.id, await self._lines(asked.lines))
        await self._requests.change(
            found.id,
            note=asked.note if "note" in sent else None,
            status="cancelled" if "status" in sent else None,
        )
        action = "cancelled" if "status" in sent else "updated"
        detail = asked.model_dump(mode="json", include=sent)
        await self._audit.record(by, f"invoice_request.{action}", _subject(code), detail)

    async def _supplier(self, code: str) -> int:
        found = (await self._stock.suppliers([code])).get(code)
        if found is None:
            raise Invalid(
                "There is no such supplier.", errors=[FieldError("/supplier", "is not known")]
            )
        supplier_id, active = found
        if not active:
            raise Conflict(
                "The supplier is withdrawn.",
                code="withdrawn",
                errors=[FieldError("/supplier", "is withdrawn")],
            )
        return supplier_id

    async def _lines(
        self, lines: Sequence[NewInvoiceRequestLine]
    ) -> list[tuple[int, Decimal, Decimal]]:
        products = await self._stock.products({line.product for line in lines})
        asked = [(line.product, line.quantity) for line in lines]
        found = requested(asked, products)
        return [
            (product.id, line.quantity, line.unit_cost)
            for product, line in zip(found, lines, strict=True)
        ]


def _subject(code: str) -> str:
    return f"invoice_request:{code}"
