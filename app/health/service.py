"""Readiness: whether this process can serve a request now."""

from app.core.database import DatabaseAway, PoolTimeout, SchemaOutdated
from app.core.errors import Unavailable
from app.health.repository import SchemaRepository


class Readiness:
    """Compares the database with what the code was written for, and with what production allows."""

    def __init__(self, schema: SchemaRepository, version: str, *, production: bool) -> None:
        self._schema = schema
        self._version = version
        self._production = production

    async def check(self) -> None:
        """Return if the shop can serve.

        A newer schema is fine: migrations run before the code that needs them is rolled out. Raises
        Unavailable with the code `schema_outdated` if `version` was not applied, or `demo_data` in
        production, and what the database raises if it is away.
        """
        if not await self._schema.has_version(self._version):
            raise Unavailable(
                f"The database does not have migration {self._version} yet: run migrate.",
                code="schema_outdated",
                retry_after=5,
            )
        if self._production and await self._schema.has_demo_logins():
            raise Unavailable(
                "Production refuses this database: the demo shop's logins, whose passwords everybody"
                " knows, are in it.",
                code="demo_data",
                retry_after=60,
            )

    async def refuse_demo_data(self) -> None:
        """Raise what check() does for a demo shop's data in production; say nothing of anything else.

        For the start: a database that is away or not migrated is no reason not to.
        """
        try:
            await self.check()
        except Unavailable as problem:
            if problem.code == "demo_data":
                raise
        except (DatabaseAway, PoolTimeout, SchemaOutdated):
            return
