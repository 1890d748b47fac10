"""Putting lots right, and looking up who has them and what of them expires."""

from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import FieldError, Invalid
from app.core.web.paging import PageQuery, Scalar
from app.core.web.schema import changes
from app.inventory.lots.repository import LotRepository
from app.inventory.lots.schemas import ExpiringQuery, LotChanges, RecallQuery
from app.inventory.stock.repository import StockRepository

Key = tuple[Scalar, ...] | None


class Lots:
    """What is known of lots."""

    def __init__(
        self, manager: Manager, lots: LotRepository, stock: StockRepository, audit: AuditTrail
    ) -> None:
        self._manager = manager
        self._lots = lots
        self._stock = stock
        self._audit = audit

    async def correct(self, lot_id: int, asked: LotChanges, by: int | None) -> str:
        """Put a lot right, and write down what it was; return its JSON.

        Promises follow the new day: what has expired by it comes from other lots, as far as they have any. Raises NotFound,
        and Invalid for a supplier that is not there.
        """
        new = changes(asked)
        reason = new.pop("reason")

        async def work() -> str:
            await self._stock.lot(lot_id)
            await self._check_supplier(asked.supplier)
            different = await self._lots.correct(lot_id, new, reason, by)
            if different:
                detail = {**{field: new[field] for field in different}, "reason": reason}
                await self._audit.record(by, "stock.corrected", f"lot:{lot_id}", detail)
            return await self._stock.lot(lot_id)

        return await self._manager.transaction(work)

    async def corrections(self, lot_id: int, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id) of what was put right, newest first. Raises NotFound."""
        await self._stock.lot(lot_id)
        return await self._lots.corrections(lot_id, query, after)

    async def recall(self, query: RecallQuery, after: Key) -> tuple[str, list[tuple[Any, ...]]]:
        """Return the JSON of the lots that are meant, and rows of (JSON, number) of the purchases that have some."""
        lots = await self._lots.recalled(query)
        return await self._stock.lots(lots), await self._lots.purchases(lots, query, after)

    async def expiring(self, query: ExpiringQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, day, id) of what has expired or is about to, by day."""
        return await self._lots.expiring(query, after)

    async def _check_supplier(self, code: str | None) -> None:
        if code is not None and code not in await self._stock.suppliers([code]):
            error = FieldError("/supplier", "is not known")
            raise Invalid("There is no such supplier.", errors=[error])
