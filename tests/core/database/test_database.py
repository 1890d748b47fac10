import asyncio
from contextvars import copy_context

import pytest

from app.core.database import ConnectionLost, LockTimeout, OutcomeUnknown, StatementTimeout
from tests.core.things import (
    ADD,
    Thing,
    amount_of,
    at_rest,
    backends,
    eventually,
    execute,
    kill_unseen,
    make_thing,
)

SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = ANY(%s)"


class TestCancelled:
    async def test_in_a_statement(self, manager, things_url, application):
        code = await make_thing(manager)

        async def work() -> None:
            await manager.run(ADD, code=code)
            await manager.run("SELECT pg_sleep(600)")

        task = asyncio.create_task(manager.transaction(work))
        await eventually(
            lambda: execute(things_url, SLEEPING, backends(things_url, application)) == [(1,)]
        )
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert manager.database.stats().size == 0
        await eventually(lambda: not backends(things_url, application))
        assert await amount_of(manager, code) == 0
        await manager.run(ADD, code=code)

    async def test_between_statements(self, manager, things_url, application):
        code, reached = await make_thing(manager), asyncio.Event()

        async def work() -> None:
            await manager.run(ADD, code=code)
            reached.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(manager.transaction(work))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: not backends(things_url, application))
        assert await amount_of(manager, code) == 0

    async def test_timeout_that_the_function_hid_commits_nothing(self, manager):
        code = await make_thing(manager)

        async def work() -> None:
            await manager.run(ADD, code=code)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await manager.run("SELECT pg_sleep(600)")

        with pytest.raises(ConnectionLost, match="nothing is committed"):
            await manager.transaction(work)
        assert await amount_of(manager, code) == 0


class TestServersLimits:
    async def test_statement_timeout(self, connect_to, things_url):
        manager = connect_to(things_url, session={"statement_timeout": "50ms"})
        with pytest.raises(StatementTimeout):
            await manager.fetch("SELECT pg_sleep(60)")
        assert await manager.fetch_value("SELECT 1") == 1
        assert manager.database.stats().size == 1

    async def test_lock_timeout(self, connect_to, things_url):
        manager = connect_to(things_url, session={"lock_timeout": "50ms"})
        code = await make_thing(manager)

        async def work() -> None:
            await manager.run(ADD, code=code)
            await asyncio.create_task(manager.run(ADD, code=code), context=free)

        free = copy_context()
        with pytest.raises(LockTimeout):
            await manager.transaction(work)

    async def test_idle_in_transaction(self, connect_to, things_url, application):
        session = {"idle_in_transaction_session_timeout": "50ms"}
        manager = connect_to(things_url, session=session)

        async def work() -> None:
            await manager.fetch("SELECT 1")
            await eventually(lambda: not backends(things_url, application))
            await manager.fetch("SELECT 2")

        with pytest.raises(ConnectionLost):
            await manager.transaction(work)
        assert at_rest(manager)


class TestDeadConnection:
    """Each connection is ended behind the event loop's back, so that only its use can show it."""

    async def test_read_is_sent_once_more(self, manager, things_url, application):
        assert await manager.fetch_value("SELECT 1") == 1
        assert kill_unseen(things_url, application) == 1
        assert await manager.fetch_value("SELECT 2") == 2

    async def test_query_of_a_model_too(self, manager, things_url, application):
        code = await make_thing(manager)
        assert kill_unseen(things_url, application) == 1
        assert (await manager.get(Thing, code=code)).code == code

    async def test_write_is_not(self, manager, things_url, application):
        code = await make_thing(manager)
        assert kill_unseen(things_url, application) == 1
        with pytest.raises(OutcomeUnknown):
            await manager.run(ADD, code=code)
        assert await amount_of(manager, code) == 0

    async def test_read_in_a_transaction_is_not(self, manager, things_url, application):
        async def work() -> None:
            await manager.fetch("SELECT 1")
            kill_unseen(things_url, application)
            await manager.fetch("SELECT 2")

        with pytest.raises(ConnectionLost):
            await manager.transaction(work)
        assert at_rest(manager)

    async def test_transaction_begins_on_a_living_one(self, manager, things_url, application):
        code = await make_thing(manager)
        assert kill_unseen(things_url, application) == 1

        async def work() -> None:
            await manager.run(ADD, code=code)

        await manager.transaction(work)
        assert await amount_of(manager, code) == 1

    async def test_functions_own_exception_survives(self, manager, things_url, application):
        error = KeyError("mine")

        async def work() -> None:
            await manager.fetch("SELECT 1")
            kill_unseen(things_url, application)
            raise error

        with pytest.raises(KeyError) as caught:
            await manager.transaction(work)
        assert caught.value is error
        assert at_rest(manager)
        assert await manager.fetch_value("SELECT 1") == 1

    async def test_death_under_commit_is_not_tried_again(self, manager):
        calls = 0

        async def work() -> None:
            nonlocal calls
            calls += 1
            await manager.run("INSERT INTO deadly VALUES (1)")

        with pytest.raises(OutcomeUnknown):
            await manager.transaction(work)
        assert calls == 1
        assert at_rest(manager)
        assert await manager.fetch_value("SELECT count(*) FROM deadly") == 0
