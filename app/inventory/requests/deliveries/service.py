"""What staff receives of what was asked for."""

from collections.abc import Sequence
from decimal import Decimal

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.inventory.requests.deliveries.scanning import Noted, arrivals
from app.inventory.requests.receiving import Received, Taken, all_open, receive
from app.inventory.requests.repository import InvoiceRequestRepository, Locked
from app.inventory.requests.schemas import Delivery, ReceivedLine
from app.inventory.requests.service import said, subject
from app.inventory.stock.repository import Cause, NewLot, StockRepository
from app.product.barcodes.reading import Scanned
from app.product.barcodes.service import Barcodes


class Deliveries:
    """Receives what suppliers bring into lots; a share `over` what was asked for is taken."""

    def __init__(
        self,
        manager: Manager,
        requests: InvoiceRequestRepository,
        stock: StockRepository,
        barcodes: Barcodes,
        audit: AuditTrail,
        *,
        over: Decimal,
    ) -> None:
        self._manager = manager
        self._requests = requests
        self._stock = stock
        self._barcodes = barcodes
        self._audit = audit
        self._over = over

    async def receive(
        self, code: str, delivery: Delivery, by: int | None, identity: RequestIdentity
    ) -> Answer:
        """Receive a delivery into lots; answer with the request as it then is, and the lots.

        Raises NotFound, Conflict `not_sent` or `not_open`, Invalid for codes that do not fit, and what
        receiving.receive() and once() raise.
        """
        lines = delivery.lines
        codes = [line.code for line in lines or ()]
        scans = await self._barcodes.find_each(codes)

        async def work() -> Answer:
            # Of two deliveries at once, the second waits here and then counts the first.
            found = await self._requests.lock(code)
            taken = await self._taken(found, lines, scans)
            lots = await self._store(found, taken, by)
            detail = {"lots": [lot for _, lot in lots]}
            await self._audit.record(by, "invoice_request.received", subject(code), detail)
            request, _ = await self._requests.read(code)
            made = await self._stock.lots([lot for _, lot in lots])
            return Answer(200, f'{{"invoice_request":{request},"lots":{made}}}'.encode())

        return await once(self._manager, **identity, work=work)

    async def _taken(
        self,
        found: Locked,
        lines: Sequence[ReceivedLine] | None,
        scans: Sequence[Scanned | None],
    ) -> Taken:
        if found.status == "draft":
            raise Conflict("The invoice request was not sent yet.", code="not_sent")
        if found.status not in {"sent", "partly_received"}:
            raise Conflict(f"The invoice request is {said(found)} already.", code="not_open")
        asked = await self._requests.lines(found.id)
        if lines is None:
            return all_open(asked)
        noted = [Noted(**line.model_dump(exclude={"code"})) for line in lines]
        today = await self._stock.today()
        return receive(asked, arrivals(noted, scans), today, self._over)

    async def _store(self, found: Locked, taken: Taken, by: int | None) -> list[tuple[int, int]]:
        lots = [_lot(found, received) for received in taken.lots]
        cause = Cause("receipt", by, invoice_request_id=found.id)
        moved = await self._stock.open_lots(lots, cause) if lots else []
        if taken.deviations:
            await self._requests.deviate(taken.deviations, by)
        counted = [(received.line.id, received.quantity) for received in taken.lots]
        await self._requests.count_received(found.id, counted)
        return moved


def _lot(found: Locked, received: Received) -> NewLot:
    return NewLot(
        product_id=received.line.product_id,
        quantity=received.quantity,
        unit_cost=received.unit_cost,
        expires_on=received.expires_on,
        supplier_id=found.supplier_id,
        line_id=received.line.id,
        lot_code=received.lot_code,
    )
