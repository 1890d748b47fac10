"""How a connection is made: within a bound of time, at the first of a server's addresses that answers."""

import asyncio
from collections.abc import Mapping

import psycopg2

from app.core.database.conninfo import servers
from app.core.database.pool.connection import PgConnection
from app.core.database.sqlerrors import DatabaseAway


async def connect(
    params: Mapping[str, str],
    *,
    connect_timeout: float,
    query_timeout: float,
    prepares: bool = True,
) -> PgConnection:
    """Return a new connection within `connect_timeout` seconds. Raises DatabaseAway.

    Each of its statements may take `query_timeout` seconds, whatever the server promised.
    `prepares` is PgConnection's.
    """
    try:
        async with asyncio.timeout(connect_timeout):
            connection = await _first_that_answers(params, connect_timeout, prepares=prepares)
    except (psycopg2.Error, OSError) as error:  # TimeoutError is an OSError
        raise DatabaseAway(str(error).strip() or "no connection in time") from error
    connection.opened(query_timeout)
    return connection


async def _first_that_answers(
    params: Mapping[str, str], time_limit: float, *, prepares: bool
) -> PgConnection:
    """Try one address after the other: libpq changes its socket in between, and aiopg does not."""
    addresses = await servers(params)
    error: psycopg2.Error | OSError = OSError("the database's name has no address")
    for server in addresses:
        try:
            connection = PgConnection(server, time_limit / len(addresses), prepares=prepares)
            return await _opened(connection)
        except psycopg2.Error as failed:
            error = failed
    raise error


async def _opened(connection: PgConnection) -> PgConnection:
    try:
        await connection
    except BaseException:
        # Not left to the garbage collector: each holds a descriptor or two.
        connection.close()
        raise
    return connection
