"""Two small tables, and what tests of the database do with connections from outside."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import peewee
import psycopg2
from peewee_async import AioModel, PostgresqlDatabase
from peewee_async.connection import connection_context

from app.core.database import Manager
from app.core.database.pool.lifo import LifoPool

DDL = """
CREATE TABLE thing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT thing_code_key UNIQUE,
    label text NOT NULL DEFAULT 'none',
    amount numeric(12, 3) NOT NULL DEFAULT 1 CONSTRAINT thing_amount_check CHECK (amount >= 0),
    made_at timestamptz NOT NULL DEFAULT now(),
    mark uuid NOT NULL DEFAULT gen_random_uuid(),
    extra jsonb
);
CREATE TABLE note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thing_id bigint NOT NULL CONSTRAINT note_thing_id_fkey REFERENCES thing ON DELETE RESTRICT,
    text text NOT NULL
);
CREATE TABLE pair (a int, b int, text text NOT NULL, PRIMARY KEY (a, b));
-- A row in this one ends its connection in the middle of COMMIT.
CREATE TABLE deadly (id int);
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON deadly
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die();
"""

NOWHERE = "postgresql://nobody@/things?host=/nonexistent"

ADD = "UPDATE thing SET amount = amount + 1 WHERE code = %(code)s"

_dialect = PostgresqlDatabase(None)


class Thing(AioModel):
    code = peewee.TextField(unique=True)
    label = peewee.TextField()
    amount = peewee.DecimalField(max_digits=12, decimal_places=3)
    made_at = peewee.DateTimeField()
    mark = peewee.UUIDField()

    class Meta:
        database = _dialect


class Note(AioModel):
    thing = peewee.ForeignKeyField(Thing, lazy_load=False)
    text = peewee.TextField()

    class Meta:
        database = _dialect


class Pair(AioModel):
    a = peewee.IntegerField()
    b = peewee.IntegerField()
    text = peewee.TextField()

    class Meta:
        database = _dialect
        primary_key = peewee.CompositeKey("a", "b")


def new_code() -> str:
    return uuid.uuid4().hex


def execute(url: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Execute `sql` on a connection of its own, while the event loop stands still."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            return list(cursor.fetchall()) if cursor.description else []


def backends(url: str, application: str) -> list[int]:
    """Return the process ids of that application's connections."""
    sql = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
    return [pid for (pid,) in execute(url, sql, application)]


def kill_unseen(url: str, application: str) -> int:
    """End that application's connections, and return their number, before the loop can notice."""
    pids = backends(url, application)
    execute(url, "SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", pids)
    limit = time.monotonic() + 20
    while backends(url, application):
        assert time.monotonic() < limit
    return len(pids)


async def eventually(condition: Callable[[], Awaitable[Any] | Any], within: float = 20) -> None:
    """Return when `condition` holds; fail if it does not come true in time."""
    async with asyncio.timeout(within):
        while True:
            holds = condition()
            if hasattr(holds, "__await__"):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)


async def turns(count: int = 3) -> None:
    """Let every task that can run do so."""
    for _ in range(count):
        await asyncio.sleep(0)


async def waiting_tasks(pool: LifoPool, count: int) -> list[asyncio.Task[Any]]:
    tasks = [asyncio.create_task(pool.acquire()) for _ in range(count)]
    await turns()
    assert pool.stats().waiting == count
    return tasks


async def make_thing(manager: Manager) -> str:
    thing = await manager.create(Thing, code=new_code(), amount=0)
    return str(thing.code)


async def amount_of(manager: Manager, code: str) -> Any:
    return (await manager.get(Thing, code=code)).amount


def at_rest(manager: Manager) -> bool:
    """Whether nobody holds a connection, and none is left in a transaction."""
    return manager.database.stats().in_use == 0 and connection_context.get() is None
