"""What staff does with suppliers."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web.conditional import check_version
from app.core.web.paging import Scalar
from app.inventory.suppliers.repository import SupplierRepository


class Suppliers:
    """Keeps the list of suppliers, and notes in the audit log who changed it."""

    def __init__(self, manager: Manager, suppliers: SupplierRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._suppliers = suppliers
        self._audit = audit

    async def read(self, code: str) -> tuple[str, int]:
        """Return the supplier's JSON and version. Raises NotFound."""
        return await self._suppliers.read(code)

    async def page(
        self, *, active: bool, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, name, id), by name, behind the key `after`."""
        return await self._suppliers.page(active=active, limit=limit, after=after)

    async def create(self, values: Mapping[str, Any], by: int | None) -> tuple[str, int]:
        """Add a supplier, and return its JSON and version. Raises Conflict if its code is taken."""
        code = values["code"]

        async def work() -> tuple[str, int]:
            await self._suppliers.create(values)
            await self._audit.record(by, "supplier.created", f"supplier:{code}", dict(values))
            return await self._suppliers.read(code)

        return await self._manager.transaction(work)

    async def change(
        self, code: str, values: Mapping[str, Any], expected: int | None, by: int | None
    ) -> tuple[str, int]:
        """Set what `values` names, and return the supplier's JSON and version.

        Raises NotFound, and PreconditionFailed unless its version is `expected` (None: any).
        """

        async def work() -> tuple[str, int]:
            supplier_id, version = await self._suppliers.lock(code)
            check_version(version, expected)
            if values:
                await self._suppliers.update(supplier_id, values)
                action = "withdrawn" if values.get("active") is False else "updated"
                await self._audit.record(by, f"supplier.{action}", f"supplier:{code}", dict(values))
            return await self._suppliers.read(code)

        return await self._manager.transaction(work)

    async def delete(self, code: str, expected: int | None, by: int | None) -> None:
        """Delete a supplier that nothing refers to.

        Raises NotFound, PreconditionFailed as change() does, and ForeignKeyViolation.
        """

        async def work() -> None:
            supplier_id, version = await self._suppliers.lock(code)
            check_version(version, expected)
            await self._suppliers.delete(supplier_id)
            await self._audit.record(by, "supplier.deleted", f"supplier:{code}", {})

        await self._manager.transaction(work)
