"""What staff does with discounts, beside what it does with all of the catalogue."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import NotFound
from app.product.discounts.repository import DiscountRepository
from app.product.discounts.schemas import MOST_COUNTED, MOST_SHOWN
from app.product.kinds import Kind
from app.product.repository import Found
from app.product.service import Catalogue

_STEP = 1000
_STEPS = 50
"""How many products follow a change within its request, beyond its first thousand; `tidy` has the rest follow."""


class Discounts(Catalogue):
    """Discounts, and the products that they are on."""

    def __init__(self, manager: Manager, repository: DiscountRepository, audit: AuditTrail) -> None:
        super().__init__(manager, repository, audit)
        self._discounts = repository

    async def create(self, kind: Kind, values: Mapping[str, Any], by: int | None) -> Found:
        """Add a discount, which its products follow, and return it. Raises what Catalogue.create() does."""
        found = await super().create(kind, values, by)
        await self._follow(await self._discounts.id_of(kind, values["code"]))
        return found

    async def change(
        self,
        kind: Kind,
        code: str,
        values: Mapping[str, Any],
        *,
        expected: int | None,
        by: int | None,
    ) -> Found:
        """Set what `values` names, which its products follow, and return it. Raises what Catalogue.change() does."""
        found = await super().change(kind, code, values, expected=expected, by=by)
        await self._follow(await self._discounts.id_of(kind, code))
        return found

    async def delete(self, kind: Kind, code: str, *, expected: int | None, by: int | None) -> None:
        """Delete a discount that no product names. Raises what Catalogue.delete() does."""
        discount_id = await self._discounts.id_of(kind, code)
        await super().delete(kind, code, expected=expected, by=by)
        await self._follow(discount_id)

    async def renew(self, limit: int) -> int:
        """Have up to `limit` products find their discounts anew that have wrong ones; return how many they were."""
        return await self._renew(None, limit)

    async def drop_sets(self, limit: int) -> int:
        """Drop up to `limit` sets of discounts that no product has; return how many."""
        return await self._discounts.drop_sets(limit)

    async def preview(self, code: str) -> str:
        """Return the JSON of what products would cost today with a discount, and without. Raises NotFound."""
        found = await self._discounts.preview(code, shown=MOST_SHOWN, counted=MOST_COUNTED)
        if found is None:
            raise NotFound("There is no such discount.")
        return found

    async def _follow(self, discount_id: int) -> None:
        for _ in range(_STEPS):
            if await self._renew(discount_id, _STEP) < _STEP:
                return

    async def _renew(self, discount_id: int | None, limit: int) -> int:
        # In a transaction, which is tried again: an import takes products in an order of its own.
        return await self._manager.transaction(self._discounts.renew, discount_id, limit)
