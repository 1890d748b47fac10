"""What was issued for a purchase: read, printed, and made out to whoever asks."""

import orjson

from app.core.database import Manager
from app.core.threads import Threads
from app.core.web import Conflict, Unavailable
from app.core.web.security import Principal
from app.orders.invoices.numbers import Number, parsed
from app.orders.invoices.repository import DocumentRepository, missing
from app.orders.invoices.schemas import Buyer

_MAX_WAITING = 32


class Documents:
    """Invoices and credit notes, for those who may read the purchase."""

    def __init__(self, manager: Manager, repository: DocumentRepository) -> None:
        self._manager = manager
        self._repository = repository
        self._threads = Threads("printing", at_once=1, max_waiting=_MAX_WAITING, busy=_busy)

    async def read(self, who: Principal, number: str) -> str:
        """Return a document's JSON. Raises NotFound for another one's too."""
        return await self._repository.read(_parsed(number), who)

    async def printed(self, who: Principal, number: str) -> bytes:
        """Return a document as PDF, the same bytes each time. Raises NotFound, and Unavailable where too many wait."""
        return await self._threads.run(_print, await self.read(who, number))

    async def of_purchase(self, who: Principal, purchase: str) -> str:
        """Return the JSON of a purchase's documents in short. Raises NotFound for another one's too."""
        return await self._repository.of_purchase(purchase, who)

    async def name_buyer(self, who: Principal, purchase: str, buyer: Buyer) -> tuple[str, str]:
        """Have the invoice of a purchase name its buyer, once; return its number and JSON.

        Raises NotFound, and Conflict `not_invoiced` or `buyer_named`.
        """

        async def work() -> tuple[str, str]:
            found = await self._repository.invoice_of(purchase, who)
            if found is None:
                detail = "It has no invoice: that is made when it is handed over."
                raise Conflict(detail, code="not_invoiced")
            invoice, number = found
            if not await self._repository.name_buyer(invoice, buyer.model_dump()):
                raise Conflict("The invoice names its buyer already.", code="buyer_named")
            json = await self._repository.read(number, who)
            return orjson.loads(json)["number"], json

        return await self._manager.transaction(work)


def _parsed(number: str) -> Number:
    found = parsed(number)
    if found is None:
        raise missing()
    return found


def _print(json: str) -> bytes:
    # Here, so that a worker needs no memory for fonts until somebody prints.
    from app.orders.invoices.printing import printed  # noqa: PLC0415 - as above

    return printed(orjson.loads(json))


def _busy() -> Unavailable:
    return Unavailable("Too many documents are printed at once. Try again.")
