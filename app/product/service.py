"""What staff does with the catalogue, and what everybody reads of it."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web.conditional import check_version
from app.core.web.paging import Scalar
from app.product.kinds import Kind, Named
from app.product.repository import CatalogueRepository, Found, Locked

Rows = list[tuple[Any, ...]]


class Catalogue:
    """Things with a code, of whichever kind. Changes are noted in the audit log.

    `by` is the login of who changes something; None is the shop itself, by a command. Values are
    those of a kind's schemas, by member.
    """

    def __init__(
        self, manager: Manager, repository: CatalogueRepository, audit: AuditTrail
    ) -> None:
        self._manager = manager
        self._repository = repository
        self._audit = audit

    async def read(self, kind: Kind, code: str) -> Found:
        """Return the thing with that code, withdrawn ones too. Raises NotFound."""
        return await self._repository.read(kind, code)

    async def page(
        self, kind: Named, *, active: bool, limit: int, after: tuple[Scalar, ...] | None
    ) -> Rows:
        """Return up to `limit` rows of (JSON, *sort key), by name, behind the key `after`."""
        return await self._repository.page(kind, active=active, limit=limit, after=after)

    async def create(self, kind: Kind, values: Mapping[str, Any], by: int | None) -> Found:
        """Add a thing, and return it.

        Raises Conflict if its code is taken, Invalid if a value names nothing known, and what else its kind refuses.
        """
        kind.check(values)
        self._check_new(values)

        async def work() -> Found:
            await self._insert(kind, values, by)
            return await self._repository.read(kind, values["code"])

        return await self._manager.transaction(work)

    async def change(
        self,
        kind: Kind,
        code: str,
        values: Mapping[str, Any],
        *,
        expected: int | None,
        by: int | None,
    ) -> Found:
        """Set what `values` names, and return the thing; what is so already is no change.

        Raises NotFound, PreconditionFailed unless its version is `expected` (None: any), and what
        create() raises.
        """

        async def work() -> Found:
            locked = await self._repository.lock(kind, code)
            check_version(locked.version, expected)
            await self._update(kind, code, locked, values, by)
            return await self._repository.read(kind, code)

        return await self._manager.transaction(work)

    async def delete(self, kind: Kind, code: str, *, expected: int | None, by: int | None) -> None:
        """Delete a thing that nothing refers to.

        Raises NotFound, PreconditionFailed as change() does, and ForeignKeyViolation.
        """

        async def work() -> None:
            locked = await self._repository.lock(kind, code)
            check_version(locked.version, expected)
            await self._repository.delete(kind, locked.id)
            await self._note(by, kind, code, "deleted", locked.values)

        await self._manager.transaction(work)

    def _check_new(self, values: Mapping[str, Any]) -> None:
        """Raise Invalid for new values, by member, that are right and that this shop refuses all the same."""

    async def _insert(self, kind: Kind, values: Mapping[str, Any], by: int | None) -> None:
        rest = {member: value for member, value in values.items() if member != "code"}
        await self._repository.insert(kind, values["code"], rest)
        await self._note(by, kind, values["code"], "created", rest)

    async def _update(
        self, kind: Kind, code: str, locked: Locked, values: Mapping[str, Any], by: int | None
    ) -> bool:
        """Set what differs, and say whether anything did."""
        differing = {
            member: {"old": locked.values[member], "new": value}
            for member, value in values.items()
            if value != locked.values[member]
        }
        if not differing:
            return False
        kind.check({**locked.values, **values})
        new = {member: values[member] for member in differing}
        self._check_new(new)
        await self._repository.update(kind, locked.id, new)
        withdrawn = "active" in differing and values["active"] is False
        await self._note(by, kind, code, "withdrawn" if withdrawn else "updated", differing)
        return True

    async def _note(
        self, by: int | None, kind: Kind, code: str, done: str, detail: Mapping[str, Any]
    ) -> None:
        await self._audit.record(by, f"{kind.name}.{done}", f"{kind.name}:{code}", detail)
