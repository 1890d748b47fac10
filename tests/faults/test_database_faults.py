"""PostgreSQL crashes, restarts and freezes under the pool: what waits is told, and it heals itself."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from app.core.database import DatabaseAway, Manager, PooledPostgresqlDatabase
from local.postgres import Postgres
from tests.core.things import eventually, execute
from tests.support.database import Cluster

LONG = 60.0  # seconds; a test that needs them has found a hang
TABLE = """
    DROP TABLE IF EXISTS mark;
    CREATE TABLE mark (
        worker int, number int, at timestamptz DEFAULT now(), PRIMARY KEY (worker, number)
    )
"""
INSERT = "INSERT INTO mark (worker, number) VALUES (%(worker)s, %(number)s)"
COUNT = "SELECT count(*) FROM mark"


@pytest.fixture(scope="module")
def server(cluster: Cluster) -> Iterator[Postgres]:
    """A server that these tests share: each leaves it running."""
    with cluster.private() as made:
        yield made


@pytest.fixture
def private_postgres(server: Postgres) -> Postgres:
    """The server to kill; started again if the test before failed to."""
    if not server.answers():
        server.start()
    return server


@pytest.fixture
async def make_manager(private_postgres: Postgres) -> AsyncIterator[Any]:
    """Make Managers of a server that the test may kill, with an empty table `mark` in it."""
    execute(private_postgres.owner_url, TABLE)
    made: list[PooledPostgresqlDatabase] = []

    async def make(**settings: Any) -> Manager:
        database = PooledPostgresqlDatabase()
        # The tests' servers forget their last commits in a crash, unless they are asked not to.
        session = {"synchronous_commit": "on"}
        database.init(private_postgres.owner_url, session=session, **settings)
        await database.open()
        made.append(database)
        return Manager(database)

    yield make
    for database in made:
        await database.close(timeout=0)


class Load:
    """Workers that read and write without a pause, and what came of it."""

    def __init__(self, manager: Manager, workers: int) -> None:
        self.manager = manager
        self.acknowledged: set[tuple[int, int]] = set()
        self.errors: Counter[type[BaseException]] = Counter()
        self.last_answer = [0.0] * workers
        self.slowest = 0.0
        self._going = True
        self._tasks = [asyncio.create_task(self._work(worker)) for worker in range(workers)]

    async def _work(self, worker: int) -> None:
        number = 0
        while self._going:
            number += 1
            began = time.monotonic()
            try:
                await self._step(worker, number)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                self.errors[type(error)] += 1
                await asyncio.sleep(0.01)  # as a client would
            else:
                self.last_answer[worker] = time.monotonic()
            self.slowest = max(self.slowest, time.monotonic() - began)

    async def _step(self, worker: int, number: int) -> None:
        key = {"worker": worker, "number": number}
        if number % 2:
            await self.manager.run(INSERT, **key)
        else:
            await self.manager.transaction(self._read_and_write, key)
        self.acknowledged.add((worker, number))

    async def _read_and_write(self, key: dict[str, int]) -> None:
        await self.manager.fetch_value(COUNT)
        await self.manager.run(INSERT, **key)

    async def everyone_answered_after(self, moment: float) -> None:
        await eventually(lambda: min(self.last_answer) >= moment, LONG)

    async def stop(self) -> None:
        self._going = False
        await asyncio.gather(*self._tasks)


async def sleeping(manager: Manager, count: int) -> None:
    """Return when that many pg_sleep(600) run in the server, which `manager` is not busy with."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'"

    async def all_run() -> bool:
        return bool(await manager.fetch_value(query) == count)

    await eventually(all_run, LONG)


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """Stop every process of the server, as a machine that hangs would, and let them go on."""
    first = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    processes = [first, *first.children()]
    try:
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


class TestCrash:
    async def test_under_load(self, make_manager, private_postgres):
        manager = await make_manager(pool_size=5, acquire_timeout=2)
        load = Load(manager, workers=30)
        usual = 0.0  # a round of all workers, on a machine as busy as this
        for _ in range(2):
            began = time.monotonic()
            await load.everyone_answered_after(began)
            usual = max(usual, time.monotonic() - began)
            await asyncio.to_thread(private_postgres.stop, "immediate")
            await asyncio.to_thread(private_postgres.start)
            restarted = time.monotonic()
            await load.everyone_answered_after(restarted)
            assert time.monotonic() - restarted < 5 + 5 * usual
        await load.stop()
        assert load.errors
        assert all(issubclass(error, DatabaseAway) for error in load.errors), load.errors
        assert load.slowest < 5 + 5 * usual
        stored = set(await manager.fetch("SELECT worker, number FROM mark"))
        assert load.acknowledged <= stored
        stats = manager.database.stats()
        assert (stats.in_use, stats.waiting) == (0, 0)
        assert stats.size <= 5

    async def test_waiters_are_woken(self, make_manager, private_postgres):
        busy = await make_manager(pool_size=2, acquire_timeout=LONG)
        watcher = await make_manager(pool_size=1)
        queries = [asyncio.create_task(busy.run("SELECT pg_sleep(600)")) for _ in range(12)]
        await sleeping(watcher, 2)
        assert busy.database.stats().waiting == 10
        began = time.monotonic()
        await asyncio.to_thread(private_postgres.stop, "immediate")
        results = await asyncio.gather(*queries, return_exceptions=True)
        assert time.monotonic() - began < LONG / 2
        assert all(isinstance(result, DatabaseAway) for result in results)
        assert busy.database.stats().size == 0

    async def test_everybody_works_at_once_after_a_restart(self, make_manager, private_postgres):
        manager = await make_manager(pool_size=4)
        await asyncio.gather(*(manager.run("SELECT pg_sleep(0.05)") for _ in range(4)))
        assert manager.database.stats().idle == 4
        # Not in a thread: the event loop must not hear of it before the next statement does.
        private_postgres.stop("immediate")
        private_postgres.start()
        counts = await asyncio.gather(*(manager.fetch_value(COUNT) for _ in range(12)))
        assert counts == [0] * 12
        keys = [{"worker": number, "number": 1} for number in range(12)]
        assert sum(await asyncio.gather(*(manager.run(INSERT, **key) for key in keys))) == 12

    async def test_database_that_is_away_does_not_stop_the_start(self, private_postgres):
        private_postgres.stop("immediate")
        database = PooledPostgresqlDatabase()
        database.init(private_postgres.owner_url)
        await database.open()
        with pytest.raises(DatabaseAway):
            await Manager(database).fetch("SELECT 1")
        private_postgres.start()
        assert await Manager(database).fetch_value("SELECT 1") == 1
        await database.close()


class TestFreeze:
    async def test_statements_and_connecting_have_an_end(self, make_manager, private_postgres):
        manager = await make_manager(
            pool_size=2, acquire_timeout=5, connect_timeout=0.3, query_timeout=0.3
        )
        await asyncio.gather(*(manager.run("SELECT pg_sleep(0.05)") for _ in range(2)))

        async def work() -> None:
            await manager.fetch_value(COUNT)

        async def attempt() -> Any:
            answers = await asyncio.gather(manager.fetch_value(COUNT), return_exceptions=True)
            return answers[0]

        with frozen(private_postgres):
            began = time.monotonic()
            results = await asyncio.gather(
                *(manager.fetch_value(COUNT) for _ in range(4)),
                *(manager.transaction(work) for _ in range(4)),
                return_exceptions=True,
            )
            took = time.monotonic() - began
        assert all(isinstance(result, DatabaseAway) for result in results), results
        assert took < 10
        # On a busy machine the first connection after it may take longer than those of this test are given.
        async with asyncio.timeout(20):
            while isinstance((found := await attempt()), DatabaseAway):
                pass
        assert found == 0
        assert manager.database.stats().in_use == 0

    async def test_cancelling_does_not_wait_for_the_server(self, make_manager, private_postgres):
        manager = await make_manager(pool_size=1)
        task = asyncio.create_task(manager.run("SELECT pg_sleep(600)"))
        await sleeping(await make_manager(pool_size=1), 1)
        with frozen(private_postgres):
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            took = time.monotonic() - began
        assert took < 5
        assert await manager.fetch_value(COUNT) == 0


class TestManyCancels:
    async def test_leave_no_statement_and_no_lock(self, make_manager):
        manager = await make_manager(pool_size=20)
        watcher = await make_manager(pool_size=1)
        for number in range(20):
            await manager.run(INSERT, worker=number, number=1)

        async def lock_and_sleep(worker: int) -> None:
            await manager.run("UPDATE mark SET at = now() WHERE worker = %(w)s", w=worker)
            await manager.run("SELECT pg_sleep(600)")

        tasks = [asyncio.create_task(manager.transaction(lock_and_sleep, n)) for n in range(20)]
        await sleeping(watcher, 20)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        await sleeping(watcher, 0)
        assert len(await watcher.fetch("SELECT * FROM mark FOR UPDATE NOWAIT")) == 20
