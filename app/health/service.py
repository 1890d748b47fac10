"""Readiness: whether this process can serve a request now."""

from app.core.database import PoolTimeout
from app.core.errors import Unavailable
from app.health.repository import SchemaRepository


class Readiness:
    """Compares the database with what the code was written for, and with what production allows."""

    def __init__(self, schema: SchemaRepository, version: str, *, production: bool) -> None:
        self._schema = schema
        self._version = version
        self._production = production
        self._withdrawn = False

    def withdraw(self) -> None:
        """Be ready no more, because this process will end."""
        self._withdrawn = True

    async def check(self) -> None:
        """Return if the shop can serve.

        A newer schema is fine: migrations run before the code that needs them is rolled out. Raises
        Unavailable with the code `shutting_down` after withdraw(), `schema_outdated` if `version` was not
        applied, or `demo_data` in production, and what the database raises if it is away.
        """
        if self._withdrawn:
            raise Unavailable("This process is shutting down.", code="shutting_down")
        # Connections at work show that the database is there. To say 503 would send the load on to the
        # other replicas, which then are as busy; and a question would wait in line with the requests.
        if self._schema.is_busy():
            return
        try:
            await self._ask()
        except PoolTimeout:
            # Busy as well, unless all that there is waits for the database to let it in.
            if not self._schema.is_at_work():
                raise

    async def _ask(self) -> None:
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
