import asyncio
import os
from typing import Any

import pytest
import uvloop

from app.core.database import ConnectionLost, DatabaseAway
from app.core.database.conninfo import connection_params
from app.core.database.pool.lifo import LifoPool
from tests.core.things import (
    backends,
    eventually,
    kill_unseen,
    turns,
    waiting_tasks,
)


class TestLoopsAndProcesses:
    async def test_another_running_loop_is_refused(self, make_pool):
        pool = await make_pool(size=1)
        pool.put(await pool.acquire())

        def other() -> None:
            asyncio.run(pool.acquire())

        with pytest.raises(RuntimeError, match="another event loop"):
            await asyncio.to_thread(other)

    async def test_next_loop_starts_anew_when_one_has_ended(self, things_url):
        pool = LifoPool(database="things", params=connection_params(things_url, {}), size=1)

        async def use() -> Any:
            connection = await pool.acquire()
            (row,) = (await connection.run("SELECT 1")).rows
            pool.put(connection)
            return row

        async def leave_one_behind() -> None:
            await pool.acquire()

        def several_loops() -> list[Any]:
            asyncio.run(leave_one_behind())
            rows = [asyncio.run(use()) for _ in range(2)]
            asyncio.run(pool.close())
            return rows

        assert await asyncio.to_thread(several_loops) == [(1,), (1,)]

    async def test_forked_child_leaves_the_parents_connections_alone(
        self, make_pool, things_url, application
    ):
        pool = await make_pool(size=2)
        held, idle = await pool.acquire(), await pool.acquire()
        pool.put(idle)

        async def in_child() -> bool:
            pool.discard(held)  # as a `finally` of the parent's might
            connection = await pool.acquire()
            fresh = (await connection.run("SELECT 1")).rows == [(1,)]
            pool.put(connection)
            await pool.close()
            return fresh and connection is not idle

        child = os.fork()
        if child == 0:
            code = 1
            try:
                held.__del__()  # and this the garbage collector; it has nothing to complain of
                code = 0 if asyncio.run(in_child()) else 2
            finally:
                os._exit(code)
        _, status = await asyncio.to_thread(os.waitpid, child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        # Both still work, and the loop still hears of them.
        for connection in (held, await pool.acquire()):
            assert (await connection.run("SELECT 1")).rows == [(1,)]
            pool.put(connection)
        assert len(backends(things_url, application)) == 2

    async def test_uvloop_too(self, things_url, application):
        """libuv and libpq have their own ideas of who closes a socket, and whose number comes next."""
        params = connection_params(things_url, {"application_name": application})
        pool = LifoPool(database="things", params=params, size=4, acquire_timeout=20)

        async def use() -> bool:
            connection = await pool.acquire()
            try:
                return bool((await connection.run("SELECT pg_sleep(0.001), 1")).rows[0][1])
            finally:
                pool.put(connection)

        async def scenario() -> None:
            for _ in range(5):
                tasks = [asyncio.create_task(use()) for _ in range(12)]
                await eventually(lambda: pool.stats().idle == 4)
                await asyncio.gather(*tasks)
                kill_unseen(things_url, application)
                failed = await asyncio.gather(*(use() for _ in range(12)), return_exceptions=True)
                assert any(isinstance(result, ConnectionLost) for result in failed)
                cancelled = asyncio.create_task(use())
                await turns(1)
                cancelled.cancel()
            assert await use()
            await pool.close()

        def run() -> None:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(scenario())

        await asyncio.to_thread(run)


class TestClosing:
    async def test_waits_for_those_in_use(self, make_pool):
        pool = await make_pool(size=2)
        held = await pool.acquire()
        closing = asyncio.create_task(pool.close(timeout=20))
        await turns()
        assert not closing.done()
        assert not held.closed
        pool.put(held)
        await closing
        assert held.closed
        assert pool.stats().size == 0

    async def test_not_for_ever(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        await pool.close(timeout=0.01)
        assert held.closed
        pool.put(held)
        assert pool.stats().size == 0

    async def test_waiters_and_newcomers_are_told(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        (waiter,) = await waiting_tasks(pool, 1)
        closing = asyncio.create_task(pool.close(timeout=20))
        with pytest.raises(DatabaseAway, match="closed"):
            await waiter
        with pytest.raises(DatabaseAway, match="closed"):
            await pool.acquire()
        pool.put(held)
        await closing

    async def test_can_be_opened_again(self, make_pool):
        pool = await make_pool(size=1)
        await pool.close()
        assert not pool.is_connected
        await pool.connect()
        pool.put(await pool.acquire())
        assert pool.is_connected
