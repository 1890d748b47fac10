"""Readiness: whether this process can serve a request now."""

from app.core.errors import Unavailable
from app.health.repository import SchemaRepository


class Readiness:
    """Compares the database with the schema that the code was written for."""

    def __init__(self, schema: SchemaRepository, version: str) -> None:
        self._schema = schema
        self._version = version

    async def check(self) -> None:
        """Return if the shop can serve.

        A newer schema is fine: migrations run before the code that needs them is rolled out. Raises
        Unavailable with the code `schema_outdated` if `version` was not applied, and what the
        database raises if it is away.
        """
        if not await self._schema.has_version(self._version):
            raise Unavailable(
                f"The database does not have migration {self._version} yet: run migrate.",
                code="schema_outdated",
                retry_after=5,
            )
