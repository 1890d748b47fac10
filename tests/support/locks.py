"""Makes requests meet in the database, so that a race is run the same way each time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from tests.builders import value
from tests.support.database import Database

_WAITING = """
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()
"""


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[Cursor]:
    """A transaction of the owner's, to lock rows that the app will want; it commits at the end."""
    with closing(psycopg2.connect(database.owner_url)) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()


def waiting(database: Database) -> int:
    """Return how many connections to that database wait for a lock now."""
    count: int = value(database, _WAITING)
    return count


async def until_blocked(database: Database, *tasks: asyncio.Task[Any]) -> None:
    """Return when each of the app's `tasks` waits for a lock, or is done without having waited."""
    while waiting(database) < sum(not task.done() for task in tasks):  # noqa: ASYNC110 - PostgreSQL tells nobody that it waits
        await asyncio.sleep(0.01)
