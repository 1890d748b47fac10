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
        applied, what refuse_unsafe() raises, and what the database raises if it is away.
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
        await self.refuse_unsafe()

    async def refuse_unsafe(self) -> None:
        """Raise Unavailable if this is production on a database, or by a role, that is not safe for a real shop.

        The code is `demo_data` where the demo shop's logins are in it, and `excessive_role` for a superuser and
        the tables' owner. Raises what the database raises if it is away or has no tables yet.
        """
        if not self._production:
            return
        if power := await self._schema.excessive_power():
            raise Unavailable(
                f"Production refuses to serve as the database's {power}, whom neither rights nor ledgers bind:"
                " OGS_DATABASE__URL is for the role that `migrate` grants what the shop needs.",
                code="excessive_role",
                retry_after=60,
            )
        if await self._schema.has_demo_logins():
            raise Unavailable(
                "Production refuses this database: the demo shop's logins, whose passwords everybody"
                " knows, are in it.",
                code="demo_data",
                retry_after=60,
            )
