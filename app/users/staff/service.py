"""What an admin does with the staff."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web.conditional import check_version, etag
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.paging import Scalar
from app.login.accounts import Accounts
from app.users.staff.repository import StaffRepository
from app.users.staff.schemas import NewStaff


class StaffDirectory:
    """Keeps the shop's staff; an active admin is always left."""

    def __init__(
        self, manager: Manager, staff: StaffRepository, accounts: Accounts, audit: AuditTrail
    ) -> None:
        self._manager = manager
        self._staff = staff
        self._accounts = accounts
        self._audit = audit

    async def read(self, staff_id: int) -> tuple[str, int]:
        """Return the JSON and version of a member of staff. Raises NotFound."""
        return await self._staff.read(staff_id)

    async def page(
        self, q: str | None, limit: int, after: tuple[Scalar, ...] | None, *, active: bool
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, name, id), by name, behind the key `after`."""
        return await self._staff.page(q, limit, after, active=active)

    async def create(self, new: NewStaff, by: int | None, identity: RequestIdentity) -> Answer:
        """Take somebody on, and answer 201.

        Raises Invalid for a weak password, Conflict (`already_exists`) for a known address.
        """
        password_hash = await self._accounts.hash(new.password, new.email)

        async def work() -> Answer:
            staff_id = await self._accounts.open_staff(
                new.email, new.name, new.role, password_hash, by
            )
            text, version = await self._staff.read(staff_id)
            headers = {"Location": f"/api/v1/staff/{staff_id}", "ETag": etag(version)}
            return Answer(201, text.encode(), headers)

        return await once(self._manager, **identity, work=work)

    async def change(
        self, staff_id: int, values: Mapping[str, Any], expected: int | None, by: int | None
    ) -> tuple[str, int]:
        """Set what `values` names of name, role, active and password; return JSON and version.

        Raises NotFound, PreconditionFailed unless the version is `expected` (None: any), Conflict
        (`last_admin`), and Invalid for a weak password.
        """
        password_hash = None
        if password := values.get("password"):
            email = (await self._staff.locked(staff_id)).email
            password_hash = await self._accounts.hash(password, email)

        async def work() -> tuple[str, int]:
            check_version(await self._staff.lock(staff_id), expected)
            if values:
                await self._set(staff_id, values, password_hash)
                detail = {**values, "password": "new"} if password else values
                await self._audit.record(by, "staff.updated", f"staff:{staff_id}", detail)
            return await self._staff.read(staff_id)

        return await self._manager.transaction(work)

    async def _set(
        self, staff_id: int, values: Mapping[str, Any], password_hash: str | None
    ) -> None:
        known = await self._staff.locked(staff_id)
        role, active = values.get("role", known.role), values.get("active", known.active)
        if (role, active) != (known.role, known.active):
            await self._accounts.change(known.login_id, role, active=active)
        if password_hash:
            await self._accounts.reset_password(known.login_id, password_hash)
        await self._staff.rename(staff_id, values.get("name", known.name))

    async def delete(self, staff_id: int, expected: int | None, by: int | None) -> None:
        """Delete somebody who has done nothing yet.

        Raises NotFound, PreconditionFailed as change() does, Conflict (`last_admin`), and
        ForeignKeyViolation for who has done something: such a one is deactivated.
        """

        async def work() -> None:
            check_version(await self._staff.lock(staff_id), expected)
            known = await self._staff.locked(staff_id)
            await self._staff.delete(staff_id)
            await self._accounts.close(known.login_id)
            detail = {"email": known.email, "name": known.name}
            await self._audit.record(by, "staff.deleted", f"staff:{staff_id}", detail)

        await self._manager.transaction(work)
