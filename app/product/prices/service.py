"""What staff does with list prices of days to come, and how they come into force."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import FieldError, Invalid, NotFound
from app.product.prices.repository import PriceRepository


class Prices:
    """List prices over time. Changes are noted in the audit log; `by` is the login of who makes them."""

    def __init__(self, manager: Manager, repository: PriceRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._repository = repository
        self._audit = audit

    async def read(self, product: str) -> str:
        """Return the JSON of what a product is listed at, was and will be. Raises NotFound."""
        found = await self._repository.read(product)
        if found is None:
            raise _missing()
        return found

    async def plan(
        self, product: str, planned: Sequence[tuple[date, Decimal]], by: int | None
    ) -> str:
        """Have a product listed at these prices from these days on, and at no others; return what read() does.

        Raises NotFound, and Invalid for a day that is not to come, or comes twice.
        """

        async def work() -> str:
            found = await self._repository.lock(product)
            if found is None:
                raise _missing()
            product_id, today = found
            prices = dict(planned)
            errors = [
                FieldError(f"/coming/{place}/starts_on", message)
                for place, (day, _) in enumerate(planned)
                if (message := refusal(day, today, [day for day, _ in planned[:place]]))
            ]
            if errors:
                raise Invalid("The days do not fit.", errors=errors)
            await self._repository.plan(product_id, prices, by)
            detail = {day.isoformat(): price for day, price in prices.items()}
            await self._audit.record(by, "product.prices_planned", f"product:{product}", detail)
            return await self.read(product)

        return await self._manager.transaction(work)

    async def begin_day(self, limit: int) -> tuple[int, date]:
        """List up to `limit` products at the prices whose day has come; return how many, and which day it is."""
        # In a transaction, which is tried again: an import takes products in an order of its own.
        return await self._manager.transaction(self._repository.begin_day, limit)

    async def list_due(self, limit: int) -> int:
        """List up to `limit` products at the prices whose day has come; return how many."""
        listed, _ = await self.begin_day(limit)
        return listed


def refusal(day: date, today: date, before: Sequence[date]) -> str:
    """Return why no price can be planned for a `day` behind those `before` it; the empty string if one can."""
    if day <= today:
        return "must be a day to come"
    return "is there twice" if day in before else ""


def _missing() -> NotFound:
    return NotFound("There is no such product.")
