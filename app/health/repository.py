"""Questions about the database itself."""

from app.core.database import Manager
from app.core.statement import Statement

_HAS_MIGRATIONS = Statement("SELECT to_regclass('_yoyo_migration') IS NOT NULL")
_IS_APPLIED = Statement(
    "SELECT EXISTS (SELECT FROM _yoyo_migration WHERE migration_id = %(version)s)"
)


class SchemaRepository:
    """Knows which migrations the database has."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def has_version(self, version: str) -> bool:
        """Return whether the migration of that name was applied; newer ones may be there too."""
        if not await self._manager.fetch_value(_HAS_MIGRATIONS):
            return False
        return bool(await self._manager.fetch_value(_IS_APPLIED, version=version))
