"""Queries about the staff."""
# ruff: noqa: S608 - the parts of the SQL are constants of this module; values are bound

from typing import Any, NamedTuple

from app.core.database import Manager, Statement, json_object
from app.core.web import NotFound
from app.core.web.paging import Scalar

_JSON = json_object("""'id', s.id, 'email', l.email, 'name', s.name, 'role', l.role,
    'active', l.active, 'version', s.version,
    'created_at', rfc3339(s.created_at), 'updated_at', rfc3339(s.updated_at)""")

READ = Statement(
    f"""
    SELECT {_JSON}, s.version FROM staff s JOIN login l ON l.id = s.login_id
    WHERE s.id = %(staff_id)s
    """,
    read=True,
)
PAGE = Statement(
    f"""
    SELECT {_JSON}, plain_text(s.name), s.id FROM staff s JOIN login l ON l.id = s.login_id
    WHERE l.active = %(active)s
        AND (%(q)s::text IS NULL OR position(plain_text(%(q)s) IN plain_text(s.name)) > 0
            OR position(lower(%(q)s) IN lower(l.email)) > 0)
        AND (%(after_id)s::bigint IS NULL OR (plain_text(s.name), s.id) > (%(after_name)s::text, %(after_id)s))
    ORDER BY plain_text(s.name), s.id
    LIMIT %(limit)s
    """,
    read=True,
)
LOCK = Statement("SELECT version FROM staff WHERE id = %(staff_id)s FOR NO KEY UPDATE", read=False)
# A statement of its own: joined to the lock, it would show login as it was before the wait.
LOCKED = Statement(
    """
    SELECT l.id, l.email, s.name, l.role, l.active FROM staff s JOIN login l ON l.id = s.login_id
    WHERE s.id = %(staff_id)s
    """,
    read=True,
)
# Also where only the login changes: the version stands for both rows.
RENAME = Statement("UPDATE staff SET name = %(name)s WHERE id = %(staff_id)s", read=False)
DELETE = Statement("DELETE FROM staff WHERE id = %(staff_id)s", read=False)


class LockedStaff(NamedTuple):
    """What can change of a member of staff, locked."""

    login_id: int
    email: str
    name: str
    role: str
    active: bool


class StaffRepository:
    """Rows of staff, each with its login."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, staff_id: int) -> tuple[str, int]:
        """Return the JSON and version of a member of staff. Raises NotFound."""
        text, version = _found(await self._manager.fetch_one(READ, staff_id=staff_id))
        return text, version

    async def page(
        self, q: str | None, limit: int, after: tuple[Scalar, ...] | None, *, active: bool
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, sort key, id), by name, behind the key `after`."""
        name, id_ = after or (None, None)
        return await self._manager.fetch(
            PAGE, q=q, active=active, limit=limit, after_name=name, after_id=id_
        )

    async def lock(self, staff_id: int) -> int:
        """Return the version, which stays until the transaction's end. Raises NotFound."""
        (version,) = _found(await self._manager.fetch_one(LOCK, staff_id=staff_id))
        return int(version)

    async def locked(self, staff_id: int) -> LockedStaff:
        """Return what lock() has locked, or what is there now. Raises NotFound."""
        return LockedStaff(*_found(await self._manager.fetch_one(LOCKED, staff_id=staff_id)))

    async def rename(self, staff_id: int, name: str) -> None:
        """Set the name, and with it the next version."""
        await self._manager.run(RENAME, staff_id=staff_id, name=name)

    async def delete(self, staff_id: int) -> None:
        """Delete the row; the login stays."""
        await self._manager.run(DELETE, staff_id=staff_id)


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such member of staff.")
    return row
