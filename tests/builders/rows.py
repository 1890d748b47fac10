"""Rows of any table."""

import secrets
from datetime import date
from types import SimpleNamespace
from typing import Any, Protocol

import psycopg2
import psycopg2.extensions
from psycopg2 import sql
from psycopg2.extras import Json, RealDictCursor

from tests.support.settings import TIME_ZONE


class On(Protocol):
    """Anything with an owner's URL: `Database` and `Postgres` have one."""

    @property
    def owner_url(self) -> str: ...


Connection = psycopg2.extensions.connection

_connections: dict[str, Connection] = {}


def _connection(url: str) -> Connection:
    known = _connections.get(url)
    if known is None or known.closed:
        # A builder that meets a lock of the app would block the loop that could release it.
        # Its day is the shop's, as that of the app's role is.
        options = f"-c lock_timeout=5s -c TimeZone={TIME_ZONE}"
        known = _connections[url] = psycopg2.connect(url, options=options)
        known.autocommit = True
    return known


def _execute(on: On, query: str | sql.Composable, params: Any) -> list[dict[str, Any]]:
    known = _connection(on.owner_url)
    try:
        return _rows(known, query, params)
    except psycopg2.Error as error:
        if error.pgcode is not None:
            raise
        # Not the server's answer: it was started anew since the last use.
        known.close()
        return _rows(_connection(on.owner_url), query, params)


def _rows(on: Connection, query: str | sql.Composable, params: Any) -> list[dict[str, Any]]:
    with on.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, params)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


def insert(on: On, table: str, **values: Any) -> Any:
    """Insert a row, and return it whole as the database has it: `insert(on, "brand", code=…).id`."""
    filled = {
        name: Json(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, filled)),
        sql.SQL(", ").join(map(sql.Placeholder, filled)),
    )
    (row,) = _execute(on, query, filled)
    return SimpleNamespace(**row)


def rows(on: On, query: str, **params: Any) -> list[Any]:
    """Run SQL text with `%(name)s` parameters, and return its rows with columns as attributes."""
    return [SimpleNamespace(**row) for row in _execute(on, query, params)]


def value(on: On, query: str, **params: Any) -> Any:
    """Return the first column of the first row of that SQL text, or None where there is no row."""
    found = _execute(on, query, params)
    return next(iter(found[0].values())) if found else None


def unique(prefix: str = "test") -> str:
    """Return a code that no other test has: `unique("milk")` → `milk-5f0c2a91b3d4`."""
    return f"{prefix}-{secrets.token_hex(6)}"


def today(on: On) -> date:
    """Return the date that the shop has today, by the database's clock."""
    found: date = value(on, "SELECT CURRENT_DATE")
    return found
