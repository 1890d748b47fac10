"""Questions about the database itself."""

from app.core.database import Manager, Statement
from app.core.database.definitions import MARKS, marks

_HAS_MIGRATIONS = Statement("SELECT to_regclass('_yoyo_migration') IS NOT NULL")
_IS_APPLIED = Statement(
    "SELECT EXISTS (SELECT FROM _yoyo_migration WHERE migration_id = %(version)s)"
)

_MARKS = Statement(MARKS)

# A superuser's statements no rule binds, and the owner may drop the rules. Who may become the owner is it.
_POWER = Statement("""
    SELECT CASE WHEN current_setting('is_superuser')::boolean THEN 'superuser'
        WHEN pg_has_role(c.relowner, 'MEMBER') THEN 'owner' END
    FROM pg_class c WHERE c.oid = to_regclass('login')
""")

_SHOP = Statement("SELECT currency, time_zone FROM shop")

# The addresses of `demo`, whose passwords everybody can read.
_HAS_DEMO_LOGINS = Statement(
    "SELECT EXISTS (SELECT FROM login WHERE active AND lower(email) LIKE '%@demo.example')"
)


class SchemaRepository:
    """Knows which migrations the database has, which shop it is of and by which role, and whether that is a demo's."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    def is_busy(self) -> bool:
        """Return whether every connection is at work, so that a question would wait in line."""
        stats = self._manager.database.stats()
        return stats.in_use >= stats.limit

    def is_at_work(self) -> bool:
        """Return whether any connection is at work; those that are being opened are not."""
        return self._manager.database.stats().in_use > 0

    async def has_version(self, version: str) -> bool:
        """Return whether the migration of that name was applied; newer ones may be there too."""
        if not await self._manager.fetch_value(_HAS_MIGRATIONS):
            return False
        return bool(await self._manager.fetch_value(_IS_APPLIED, version=version))

    async def editions(self) -> dict[str, int]:
        """Return the editions of the functions and views that are in force, by name."""
        there = marks(await self._manager.fetch(_MARKS))
        return {name: mark.edition for name, mark in there.items()}

    async def excessive_power(self) -> str | None:
        """Return "superuser" or "owner" if the application's role is one, or may become it."""
        found: str | None = await self._manager.fetch_value(_POWER)
        return found

    async def shop(self) -> tuple[str, str] | None:
        """Return the currency of the database's money and the time zone of its days, None before the first `migrate`."""
        found = await self._manager.fetch_one(_SHOP)
        return None if found is None else (found[0], found[1])

    async def has_demo_logins(self) -> bool:
        """Return whether anybody may log in with a password of the demo shop."""
        return bool(await self._manager.fetch_value(_HAS_DEMO_LOGINS))
