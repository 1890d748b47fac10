"""A connection hears of all that happens to its socket, whatever the loop and the socket's number."""

import asyncio
import gc
import os
import resource
import select
import selectors
import socket
import time
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import psutil
import pytest
import uvloop

from app.core.database import DatabaseAway, Manager, PooledPostgresqlDatabase, UniqueViolation
from app.core.database.conninfo import connection_params
from app.core.database.pool.connecting import connect
from app.core.database.pool.watch import SocketWatch
from local.postgres import Postgres

LIMITS: dict[str, Any] = {"connect_timeout": 10.0, "query_timeout": 30.0}


async def assert_it_hears_of_errors(connection):
    async with asyncio.timeout(10):
        await connection.run("CREATE TEMPORARY TABLE one (id int UNIQUE)")
        await connection.run("INSERT INTO one VALUES (1)")
        with pytest.raises(UniqueViolation):
            await connection.run("INSERT INTO one VALUES (1)")
    connection.close()


async def test_an_error_is_heard_of_on_a_descriptor_above_1023(things_url):
    """select() takes none of those, and a busy server's connections have them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < 1200:
        pytest.skip("this computer does not allow that many descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:
        while (number := os.dup(0)) < 1100:
            stack.callback(os.close, number)
        os.close(number)
        connection = await connect(connection_params(things_url, {}), **LIMITS)
        await assert_it_hears_of_errors(connection)


async def test_a_connection_works_where_a_green_server_hides_the_selectors(things_url, monkeypatch):
    """gevent and eventlet take epoll out of Python's modules; what they put there has no descriptor."""
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    monkeypatch.delattr(select, "epoll", raising=False)
    connection = await connect(connection_params(things_url, {}), **LIMITS)
    await assert_it_hears_of_errors(connection)


async def test_a_green_server_has_one_more_module_and_not_one_for_each_connection(monkeypatch):
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    loop = asyncio.get_running_loop()

    def modules() -> int:
        everything = gc.get_objects()
        return sum(type(each) is ModuleType and each.__name__ == "select" for each in everything)

    watches = [SocketWatch(loop)]
    before = modules()
    watches += [SocketWatch(loop) for _ in range(5)]
    assert modules() == before
    here, there = socket.socketpair()
    with here, there:
        for watch in watches:  # each has a descriptor until it has watched
            watch.add_reader(here.fileno(), print)
            watch.remove_reader(here.fileno())


async def test_a_connection_that_cannot_be_made_leaves_no_descriptor(things_url):
    params = connection_params(things_url, {}) | {"dbname": "no-such-database"}
    me = psutil.Process()
    before = me.num_fds()
    kept = []
    for _ in range(20):
        with pytest.raises(DatabaseAway) as caught:
            await connect(params, **LIMITS)
        kept.append(caught)  # a traceback keeps what its frames hold, as a log or a cycle would
    assert me.num_fds() <= before


async def crash_under_load(server: Postgres) -> float:
    """Crash `server` thrice under 24 clients; return the seconds until the last to hear of it did."""
    database = PooledPostgresqlDatabase()
    database.init(server.app_url, pool_size=10, **LIMITS)
    manager = Manager(database)
    ending = asyncio.Event()
    took = [0.0]

    async def work() -> None:
        await manager.fetch_value("SELECT 1")
        await manager.fetch_value("SELECT count(*) FROM pg_class")

    async def client() -> None:
        while not ending.is_set():
            began = time.monotonic()
            try:
                await manager.transaction(work)
            except DatabaseAway:
                took.append(time.monotonic() - began)
                await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as clients:
        for _ in range(24):
            clients.create_task(client())
        for _ in range(3):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.stop, "immediate")
            await asyncio.to_thread(server.start)
        ending.set()
    await database.close()
    return max(took)


async def test_a_crash_under_load_is_heard_of_at_once_on_uvloop(private_postgres):
    """libuv gives a socket up at its first error, with PostgreSQL's last words still in it."""

    def run() -> float:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(crash_under_load(private_postgres))

    # Unheard, a crash is noticed only at the statement's time limit.
    assert await asyncio.to_thread(run) < LIMITS["query_timeout"] / 2
