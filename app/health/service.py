"""Readiness: whether this process can serve a request now."""

from collections.abc import Mapping

from app.core.database import PoolTimeout
from app.core.settings import ShopSettings
from app.core.web import Unavailable
from app.health.repository import SchemaRepository


class Readiness:
    """Compares the database with what the code was written for, and with what production allows."""

    def __init__(
        self,
        schema: SchemaRepository,
        version: str,
        editions: Mapping[str, int],
        shop: ShopSettings,
        *,
        production: bool,
    ) -> None:
        self._schema = schema
        self._version = version
        self._editions = editions
        self._shop = shop
        self._production = production
        self._withdrawn = False

    def withdraw(self) -> None:
        """Be ready no more, because this process will end."""
        self._withdrawn = True

    async def check(self) -> None:
        """Return if the shop can serve.

        A newer schema is fine: migrations run before the code that needs them is rolled out. Raises
        Unavailable with the code `shutting_down` after withdraw(), `schema_outdated` if `version` was not
        applied or a function or view is of an earlier edition, `wrong_time_zone` if `migrate` wrote down another one than the settings', what
        refuse_wrong_database() raises, and what the database raises if it is away.
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

    async def refuse_wrong_database(self) -> None:
        """Raise Unavailable if these settings must never serve this database, whatever one waits for.

        Its code is `wrong_currency`; in production also `demo_data` for a demo shop's database, and `excessive_role`
        for a superuser and the tables' owner. Raises what the database raises if it is away or has no tables yet.
        """
        await self._time_zone()
        await self._refuse_unsafe()

    async def _ask(self) -> None:
        if not await self._schema.has_version(self._version):
            raise Unavailable(
                f"The database does not have migration {self._version} yet: run migrate.",
                code="schema_outdated",
                retry_after=5,
            )
        there = await self._schema.editions()
        for name, edition in self._editions.items():
            if there.get(name, 0) < edition:
                raise Unavailable(
                    f"The database does not have edition {edition} of {name} yet: run migrate.",
                    code="schema_outdated",
                    retry_after=5,
                )
        time_zone = await self._time_zone()
        await self._refuse_unsafe()
        if time_zone is None:
            raise Unavailable(
                "The database does not know yet which shop it is of: run migrate.",
                code="schema_outdated",
                retry_after=5,
            )
        if time_zone != self._shop.time_zone:
            # Not at the start: one server after the other gets new settings, and `migrate` comes in between.
            raise Unavailable(
                f"A day of this database begins at midnight in {time_zone}, and shop.time_zone"
                f" (OGS_SHOP__TIME_ZONE) says {self._shop.time_zone}: set it right, or run migrate with it.",
                code="wrong_time_zone",
                retry_after=5,
            )

    async def _time_zone(self) -> str | None:
        """Return whose midnight the database goes by, None before `migrate`. Raises Unavailable `wrong_currency`."""
        currency, time_zone = await self._schema.shop() or (None, None)
        if currency not in {None, self._shop.currency}:
            raise Unavailable(
                f"The money in this database is {currency}, and shop.currency (OGS_SHOP__CURRENCY) says"
                f" {self._shop.currency}.",
                code="wrong_currency",
                retry_after=60,
            )
        return time_zone

    async def _refuse_unsafe(self) -> None:
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
