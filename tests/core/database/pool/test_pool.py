import asyncio
import random
import socket

import pytest

from app.core.database import ConnectionLost, DatabaseAway, PoolTimeout, Statement
from app.core.database.conninfo import connection_params
from app.core.database.pool.lifo import LifoPool
from tests.core.things import (
    NOWHERE,
    backends,
    eventually,
    kill_unseen,
    turns,
    waiting_tasks,
)


class TestOrder:
    async def test_last_released_is_next_used(self, make_pool):
        pool = await make_pool(size=3)
        first, second, third = [await pool.acquire() for _ in range(3)]
        for connection in (second, third, first):
            pool.put(connection)
        assert [await pool.acquire() for _ in range(3)] == [first, third, second]

    async def test_waiters_are_served_in_their_order(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        served: list[int] = []

        async def use(number: int) -> None:
            connection = await pool.acquire()
            served.append(number)
            await turns()
            pool.put(connection)

        tasks = [asyncio.create_task(use(number)) for number in range(20)]
        await turns()
        pool.put(held)
        await asyncio.gather(*tasks)
        assert served == list(range(20))

    async def test_released_connection_goes_to_the_waiter_and_not_to_a_newcomer(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        (waiter,) = await waiting_tasks(pool, 1)
        pool.put(held)
        newcomer = asyncio.create_task(pool.acquire())
        assert pool.stats().idle == 0
        await turns()
        assert waiter.done()
        assert not newcomer.done()
        pool.put(waiter.result())
        assert await newcomer is held


class TestBounds:
    async def test_never_more_connections_than_its_size(self, make_pool, things_url, application):
        pool = await make_pool(size=3)
        most = 0

        async def use() -> None:
            nonlocal most
            connection = await pool.acquire()
            most = max(most, pool.stats().in_use)
            await connection.run("SELECT pg_sleep(0.001)")
            pool.put(connection)

        await asyncio.gather(*(use() for _ in range(60)))
        assert most == 3
        assert len(backends(things_url, application)) == 3
        assert pool.stats().size == pool.stats().idle == 3

    async def test_waiting_has_an_end(self, make_pool):
        pool = await make_pool(size=1, acquire_timeout=0.05)
        held = await pool.acquire()
        with pytest.raises(PoolTimeout, match=r"0\.05 s"):
            await pool.acquire()
        assert pool.stats().waiting == 0
        pool.put(held)
        assert await pool.acquire() is held

    async def test_size_must_be_one_or_more(self):
        with pytest.raises(ValueError, match="at least one"):
            LifoPool(database="things", params={}, size=0)

    async def test_old_connections_are_replaced(self, make_pool):
        pool = await make_pool(size=1, max_age=0)
        first = await pool.acquire()
        (waiter,) = await waiting_tasks(pool, 1)
        pool.put(first)
        second = await waiter
        assert second is not first
        assert first.closed

    async def test_idle_connection_that_got_old_is_replaced(self, make_pool):
        pool = await make_pool(size=1)
        first = await pool.acquire()
        pool.put(first)
        pool.max_age = 0
        assert await pool.acquire() is not first
        assert first.closed


class TestCancelledAcquires:
    async def test_waiter_leaves_the_line(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        first, second = await waiting_tasks(pool, 2)
        first.cancel()
        await turns()
        assert pool.stats().waiting == 1
        pool.put(held)
        assert await second is held

    async def test_connection_given_to_a_cancelled_waiter_goes_on(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        first, second = await waiting_tasks(pool, 2)
        pool.put(held)
        first.cancel()  # it has the connection already, and does not know
        assert await second is held
        assert first.cancelled()

    async def test_right_to_connect_given_to_a_cancelled_waiter_goes_on(self, make_pool):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        first, second = await waiting_tasks(pool, 2)
        pool.discard(held)
        first.cancel()
        pool.put(await second)
        assert first.cancelled()
        assert pool.stats().size == 1

    async def test_cancelled_while_connecting(self, make_pool):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            pool = await make_pool(size=1)
            params = pool.params
            pool.params = {"host": "127.0.0.1", "port": str(silent.getsockname()[1])}
            opener = asyncio.create_task(pool.acquire())
            await turns()
            (waiter,) = await waiting_tasks(pool, 1)
            pool.params = params
            opener.cancel()
            pool.put(await waiter)
            assert opener.cancelled()
            assert pool.stats().size == pool.stats().idle == 1

    async def test_thousand_random_cancels_leak_nothing(self, make_pool, things_url, application):
        pool, chance = await make_pool(size=4), random.Random(20251122)

        async def use() -> None:
            connection = await pool.acquire()
            try:
                await connection.run("SELECT pg_sleep(%s)", (chance.random() / 500,))
            finally:
                pool.put(connection)

        tasks: list[asyncio.Task[None]] = []
        for _ in range(1000):
            tasks.append(asyncio.create_task(use()))
            await turns(chance.randrange(12))
            chance.choice(tasks[-8:]).cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(
            result is None or isinstance(result, asyncio.CancelledError) for result in results
        )
        assert 100 < results.count(None) < 1000
        stats = pool.stats()
        assert (stats.in_use, stats.waiting) == (0, 0)
        connections = [await pool.acquire() for _ in range(4)]
        assert pool.stats().size == 4
        for connection in connections:
            pool.put(connection)
        await eventually(lambda: len(backends(things_url, application)) <= 4)


class TestBrokenConnections:
    async def test_waiter_gets_a_fresh_one(self, make_pool, things_url, application):
        pool = await make_pool(size=1)
        held = await pool.acquire()
        (waiter,) = await waiting_tasks(pool, 1)
        kill_unseen(things_url, application)
        with pytest.raises(ConnectionLost):
            await held.run("SELECT 1")
        pool.put(held)
        fresh = await waiter
        assert (await fresh.run("SELECT 1")).rows == [(1,)]

    async def test_every_waiter_gets_the_connect_error(self, make_pool):
        pool = await make_pool(size=2)
        held = [await pool.acquire() for _ in range(2)]
        waiters = await waiting_tasks(pool, 7)
        pool.params = connection_params(NOWHERE, None)
        pool.discard(held[0])
        results = await asyncio.gather(*waiters, return_exceptions=True)
        assert [type(result) for result in results] == [DatabaseAway] * 7
        assert pool.stats().size == 1

    async def test_first_failure_drops_all_that_were_idle(self, make_pool, things_url, application):
        pool = await make_pool(size=3)
        connections = [await pool.acquire() for _ in range(3)]
        for connection in connections:
            pool.put(connection)
        assert kill_unseen(things_url, application) == 3
        victim = await pool.acquire()
        assert victim is connections[-1]
        with pytest.raises(ConnectionLost):
            await victim.run("SELECT 1")
        pool.put(victim)
        assert pool.stats().size == 0
        for _ in range(3):
            assert (await (await pool.acquire()).run("SELECT 1")).rows == [(1,)]

    async def test_loop_notices_what_died_while_idle(self, make_pool, things_url, application):
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        pool.put(connection)
        kill_unseen(things_url, application)
        await eventually(lambda: pool.stats().idle == 0)
        assert (await (await pool.acquire()).run("SELECT 1")).rows == [(1,)]

    @pytest.mark.parametrize("statement", ["SELECT 1", "SELECT 1/0"])
    async def test_one_in_a_transaction_is_thrown_away(self, make_pool, statement):
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        await connection.run("BEGIN")
        try:
            await connection.run(statement)
        except Exception:  # noqa: BLE001 - either state will do
            assert statement != "SELECT 1"
        pool.put(connection)
        assert connection.closed
        assert pool.stats().size == 0

    async def test_one_with_a_statement_under_way_is_thrown_away(self, make_pool):
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        query = asyncio.create_task(connection.run("SELECT pg_sleep(60)"))
        await turns()
        pool.put(connection)
        assert connection.closed
        with pytest.raises(ConnectionLost):
            await query

    async def test_given_back_twice_counts_once(self, make_pool):
        pool = await make_pool(size=2)
        connection = await pool.acquire()
        pool.put(connection)
        pool.put(connection)
        assert pool.stats().idle == 1


class TestAtRest:
    async def test_the_next_in_line_is_served_before_the_result_is_looked_at(self, make_pool):
        """While one request makes an answer of its rows, the database is at work for another one."""
        pool = await make_pool(size=1)
        order = []

        async def ask():
            connection = await pool.acquire()
            # Long enough to be waited for: a result that is there at once is looked at in the same step.
            await connection.run("SELECT pg_sleep(0.5)", at_rest=lambda: pool.put(connection))
            order.append("answered")

        async def wait_in_line():
            connection = await pool.acquire()
            order.append("served")
            pool.put(connection)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask())
            tasks.create_task(wait_in_line())
        assert order == ["served", "answered"]

    async def test_who_leaves_then_does_not_end_what_the_next_one_does(self, make_pool):
        pool = await make_pool(size=1)
        connection = await pool.acquire()
        asking = asyncio.create_task(
            connection.run("SELECT 1", at_rest=lambda: asking.cancel())  # noqa: PLW0108 - it is made here
        )
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not connection.closed
        assert (await connection.run("SELECT 2")).rows == [(2,)]
        pool.put(connection)

    async def test_a_connection_is_given_back_once(self, connect_to, things_url):
        manager = connect_to(things_url, pool_size=2)
        slow = Statement("SELECT pg_sleep(0.05), pg_backend_pid()")
        quick = Statement("SELECT pg_backend_pid()")
        for _ in range(5):
            found = await asyncio.gather(
                *(manager.fetch_one(slow if n % 3 else quick) for n in range(12))
            )
            assert len({row[-1] for row in found}) == 2
        stats = manager.database.stats()
        assert (stats.size, stats.idle, stats.in_use, stats.waiting) == (2, 2, 0, 0)

    async def test_a_date_that_python_does_not_have_is_told_and_harms_nobody(
        self, connect_to, things_url
    ):
        manager = connect_to(things_url, pool_size=1)
        with pytest.raises(ValueError, match="year"):
            await manager.fetch_value("SELECT '10000-01-01'::date")
        assert await manager.fetch_value("SELECT 1") == 1
