import asyncio
import socket
import threading
from typing import Any

import pytest

from app.core.database import DatabaseAway
from app.core.database.conninfo import connection_params
from app.core.database.pool.connecting import connect
from app.core.database.pool.lifo import LifoPool
from tests.core.things import (
    NOWHERE,
    backends,
    eventually,
    execute,
)


class TestCancelledStatements:
    async def test_statement_and_its_locks_are_gone(self, make_pool, things_url, application):
        execute(things_url, "INSERT INTO pair VALUES (1, 1, 'locked') ON CONFLICT DO NOTHING")
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        await connection.run("BEGIN")
        await connection.run("SELECT * FROM pair WHERE a = 1 AND b = 1 FOR UPDATE")
        query = asyncio.create_task(connection.run("SELECT pg_sleep(600)"))
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = %s"
        (pid,) = backends(things_url, application)
        await eventually(lambda: execute(things_url, sleeping, pid) == [(1,)])
        query.cancel()
        with pytest.raises(asyncio.CancelledError):
            await query
        pool.put(connection)
        await eventually(lambda: not backends(things_url, application))
        execute(things_url, "SELECT * FROM pair WHERE a = 1 AND b = 1 FOR UPDATE NOWAIT")

    async def test_statement_that_waits_for_a_lock_is_gone(
        self, make_pool, things_url, application
    ):
        pool = await make_pool(size=2)
        holder, waiter = await pool.acquire(), await pool.acquire()
        await holder.run("SELECT pg_advisory_lock(17)")
        query = asyncio.create_task(waiter.run("SELECT pg_advisory_lock(17)"))
        locked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND objid = 17"
        await eventually(lambda: execute(things_url, locked) == [(1,)])
        query.cancel()
        await asyncio.gather(query, return_exceptions=True)
        await eventually(lambda: execute(things_url, locked) == [(0,)])
        pool.discard(holder)
        pool.put(waiter)
        await eventually(lambda: not backends(things_url, application))


class TestClose:
    async def test_twice_leaves_a_later_connection_alone(self, make_pool):
        pool = await make_pool(size=1)
        first = await pool.acquire()
        number = first.raw.fileno()
        pool.discard(first)
        second = await pool.acquire()
        assert second.raw.fileno() == number
        first.close()
        async with asyncio.timeout(20):
            assert (await second.run("SELECT 1")).rows == [(1,)]
        pool.put(second)


class TestConnecting:
    async def test_settings_of_the_session(self, things_url):
        session = {"TimeZone": "Europe/Warsaw", "application_name": r"a b\c", "lock_timeout": "3s"}
        pool = LifoPool(database="things", params=connection_params(things_url, session))
        connection = await pool.acquire()
        for name, value in {**session, "client_connection_check_interval": "250ms"}.items():
            assert (await connection.run(f"SHOW {name}")).rows == [(value,)]
        pool.put(connection)
        await pool.close()

    def test_no_session_sends_no_options(self, things_url):
        assert "options" not in connection_params(things_url, None)

    def test_options_of_the_url_win(self):
        url = "postgresql://u@h/d?sslmode=verify-full&options=-c%20lock_timeout%3D9s"
        params = connection_params(url, {"lock_timeout": "3s"})
        assert params["sslmode"] == "verify-full"
        assert params["options"].endswith("-c lock_timeout=3s -c lock_timeout=9s")

    def test_ports_that_do_not_match_the_hosts(self):
        with pytest.raises(ValueError, match="one port for each host"):
            connection_params("postgresql://u@a:1,b:2,c:3/d?port=1,2", {})

    def test_wrong_url_does_not_show_its_password(self):
        with pytest.raises(ValueError, match="libpq") as caught:
            connection_params("postgresql://u:hunter2@h:port/d?nonsense=1", {})
        assert "hunter2" not in str(caught.value)
        assert caught.value.__suppress_context__

    @pytest.mark.parametrize("url", [NOWHERE, "postgresql://u@nowhere.invalid/d"])
    async def test_database_that_is_not_there(self, url):
        pool = LifoPool(database="things", params=connection_params(url, {}))
        with pytest.raises(DatabaseAway):
            await pool.acquire()
        assert pool.stats().size == 0

    async def test_server_that_accepts_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d"
            pool = LifoPool(
                database="d", params=connection_params(url, {}), size=1, connect_timeout=0.1
            )
            with pytest.raises(DatabaseAway):
                async with asyncio.timeout(20):
                    await pool.acquire()
            assert pool.stats().size == 0

    @pytest.mark.parametrize("hosts", ["db.invalid", "/nonexistent,db.invalid"])
    async def test_several_addresses(self, things_url, monkeypatch, hosts):
        params = connection_params(things_url, {})
        path = f"{params['host']}/.s.PGSQL.5432"

        async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_unix_connection(path)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))

        server = await asyncio.start_server(forward, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        # Nobody listens on the first one.
        both = [(socket.AF_INET, 1, 6, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        tcp = {**params, "host": hosts, "port": str(port)}
        connection = await connect(tcp, connect_timeout=20, query_timeout=20)
        assert (await connection.run("SELECT 1")).rows == [(1,)]
        await connection.close()
        server.close()
        await server.wait_closed()

    async def test_looking_up_a_name_stops_nothing_and_has_an_end(self, monkeypatch):
        looking, found = threading.Event(), threading.Event()

        def slow(*_: Any, **__: Any) -> Any:
            looking.set()
            found.wait(20)
            raise socket.gaierror("no such name")

        monkeypatch.setattr(socket, "getaddrinfo", slow)
        params = connection_params("postgresql://u@slow.invalid/d", {})
        connecting = asyncio.create_task(connect(params, connect_timeout=0.5, query_timeout=1))
        await eventually(looking.is_set)  # the loop runs on meanwhile
        assert not connecting.done()
        with pytest.raises(DatabaseAway, match="in time"):
            await connecting
        assert not found.is_set()
        found.set()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


class TestDemotedServer:
    async def test_a_write_is_unavailable_and_the_connection_given_up(self, make_pool):
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        await connection.run("SET default_transaction_read_only = on")
        with pytest.raises(DatabaseAway, match="read-only"):
            await connection.run("INSERT INTO pair VALUES (8, 8, 'x')")
        assert connection.closed
        pool.put(connection)
        another = await pool.acquire()
        assert (await another.run("SELECT 1")).rows == [(1,)]
        pool.put(another)
