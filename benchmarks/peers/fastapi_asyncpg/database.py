"""The pool, set up as asyncpg's documentation says for one application that has the database to itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from benchmarks.peers.observed import Settings

T = TypeVar("T")

UNAVAILABLE: tuple[type[Exception], ...] = (
    TimeoutError,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
)

_ATTEMPTS = 5
_FIRST_PAUSE = 0.01  # seconds, at most; each further one may be twice as long


async def _leave_as_it_is(_connection: Any) -> None:
    """Do no more for a returned connection than asyncpg itself, which rolls back.

    Nothing here sets what RESET ALL would reset, and that is a trip to the server in each request.
    """


def open_pool(settings: Settings) -> Any:
    """Return the pool, to be entered by `async with`."""
    return asyncpg.create_pool(
        settings.database_url,
        min_size=settings.pool_size,
        max_size=settings.pool_size,
        max_inactive_connection_lifetime=0,
        max_cached_statement_lifetime=0,
        command_timeout=10,
        timeout=5,
        # asyncpg prepares each statement once; so PostgreSQL plans it once, too.
        server_settings={**settings.session, "plan_cache_mode": "force_generic_plan"},
        reset=_leave_as_it_is,
    )


async def in_transaction(connection: Any, work: Callable[[], Awaitable[T]]) -> T:
    """Await `work` in a transaction; again, from the start, if it collided with another one."""
    attempt = 1
    while True:
        try:
            async with connection.transaction():
                return await work()
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            if attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - a pause
        attempt += 1
