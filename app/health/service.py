"""Readiness: whether this process can serve a request now."""

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
        await self.refuse_demo_data()

    async def refuse_demo_data(self) -> None:
        """Raise Unavailable with the code `demo_data` if this is production on a demo shop's database.

        Raises what the database raises if it is away or has no tables yet.
        """
        if self._production and await self._schema.has_demo_logins():
            raise Unavailable(
                "Production refuses this database: the demo shop's logins, whose passwords everybody"
                " knows, are in it.",
                code="demo_data",
                retry_after=60,
            )
