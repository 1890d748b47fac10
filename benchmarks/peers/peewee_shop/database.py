"""The settings and the database, whose pool of aiopg connections opens with the first query."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from peewee_async import PostgresqlDatabase
from psycopg2.extensions import TransactionRollbackError, parse_dsn

from benchmarks.peers.observed import Settings, settings_from_environment

T = TypeVar("T")

ATTEMPTS = 5

settings = settings_from_environment()


def _database(settings: Settings) -> Any:
    parameters = parse_dsn(settings.database_url)
    session = " ".join(f"-c {name}={value}" for name, value in settings.session.items())
    return PostgresqlDatabase(
        parameters.pop("dbname"),
        **parameters,
        options=session,
        pool_params={"minsize": settings.pool_size, "maxsize": settings.pool_size},
    )


database = _database(settings)


async def in_transaction(work: Callable[[], Awaitable[T]]) -> T:
    """Await `work` in a transaction; again, from the start, if it collided with another one."""
    for _ in range(ATTEMPTS - 1):
        try:
            async with database.aio_atomic():
                return await work()
        except TransactionRollbackError:
            continue
    async with database.aio_atomic():
        return await work()
