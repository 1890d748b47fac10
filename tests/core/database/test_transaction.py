import asyncio
from contextvars import copy_context
from typing import Any

import peewee
import pytest

from app.core.database import TransactionConflict, UniqueViolation
from app.core.database.transaction import ATTEMPTS
from tests.core.things import (
    ADD,
    Thing,
    amount_of,
    at_rest,
    make_thing,
    new_code,
)

CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END $$"


class TestTransaction:
    async def test_commits_and_returns(self, manager):
        async def work(label: str, *, amount: int) -> str:
            thing = await manager.create(Thing, code=new_code(), label=label, amount=amount)
            first = await manager.fetch_value("SELECT pg_backend_pid()")
            assert await manager.fetch_value("SELECT pg_backend_pid()") == first
            return str(thing.code)

        code = await manager.transaction(work, "kept", amount=4)
        assert (await manager.get(Thing, code=code)).label == "kept"
        assert at_rest(manager)

    async def test_exception_rolls_back_and_goes_on(self, manager):
        code, error = new_code(), KeyError("mine")

        async def work() -> None:
            await manager.create(Thing, code=code)
            raise error

        with pytest.raises(KeyError) as caught:
            await manager.transaction(work)
        assert caught.value is error
        assert manager.database.stats().idle == 1
        assert await manager.get_or_none(Thing, code=code) is None

    async def test_nobody_else_sees_it_before(self, manager):
        code = new_code()

        async def outside() -> int:
            return await manager.count(Thing.select().where(Thing.code == code))

        async def work() -> int:
            await manager.create(Thing, code=code)
            assert await outside() == 1
            return await asyncio.create_task(outside(), context=free)

        free = copy_context()
        assert await manager.transaction(work) == 0
        assert await outside() == 1

    async def test_nested_one_joins(self, manager):
        async def inner() -> Any:
            return await manager.fetch_value("SELECT pg_current_xact_id()::text")

        async def outer() -> None:
            assert await manager.transaction(inner) == await inner()

        await manager.transaction(outer)

    async def test_part_that_failed_cannot_be_committed(self, manager):
        code = new_code()

        async def part() -> None:
            await manager.create(Thing, code=code)
            raise KeyError("half done")

        async def work() -> None:
            with pytest.raises(KeyError):
                await manager.transaction(part)

        with pytest.raises(RuntimeError, match="a part of the transaction failed"):
            await manager.transaction(work)
        assert await manager.get_or_none(Thing, code=code) is None

    async def test_failed_statement_cannot_be_committed(self, manager):
        code = await make_thing(manager)
        other = new_code()

        async def work() -> None:
            await manager.create(Thing, code=other)
            with pytest.raises(UniqueViolation):
                await manager.create(Thing, code=code)

        with pytest.raises(UniqueViolation):
            await manager.transaction(work)
        assert await manager.get_or_none(Thing, code=other) is None

    async def test_ended_from_inside(self, manager):
        async def work() -> None:
            await manager.run("ROLLBACK")

        with pytest.raises(peewee.InternalError, match="from inside"):
            await manager.transaction(work)

    async def test_savepoint(self, manager):
        code, other = await make_thing(manager), new_code()

        async def work() -> None:
            await manager.create(Thing, code=other)
            with pytest.raises(UniqueViolation):
                async with manager.database.aio_atomic():
                    await manager.create(Thing, code=code)

        await manager.transaction(work)
        assert await manager.get_or_none(Thing, code=other)

    async def test_only_inside_of_transaction(self, manager):
        with pytest.raises(RuntimeError, match=r"transaction\(function\)"):
            async with manager.database.aio_atomic():
                pass

    async def test_two_databases_at_once(self, manager, connect_to, cluster):
        other = connect_to(cluster.server.admin_url)
        pid = "SELECT pg_backend_pid()"

        async def inner() -> list[Any]:
            return [await manager.fetch_value(pid), await other.fetch_value(pid)]

        async def outer() -> None:
            mine, its = await inner()
            assert await other.fetch_value("SELECT current_database()::text") == "postgres"
            assert await other.transaction(inner) == [mine, its]
            assert await inner() == [mine, its]

        await manager.transaction(outer)

    async def test_connection_for_what_needs_a_session(self, manager):
        async with manager.database.aio_connection() as connection:
            assert (await connection.run("SELECT 1")).rows == [(1,)]
            assert manager.database.stats().in_use == 1

        async def work() -> None:
            async with manager.database.aio_connection() as own:
                result = await own.run("SELECT pg_backend_pid()")
            assert result.rows[0][0] == await manager.fetch_value("SELECT pg_backend_pid()")

        await manager.transaction(work)
        assert at_rest(manager)


class TestTasks:
    async def test_gather_inside_is_refused(self, manager):
        async def work() -> None:
            await asyncio.gather(manager.count(Thing), manager.count(Thing))

        with pytest.raises(RuntimeError, match="belongs to the task that opened it"):
            await manager.transaction(work)
        assert at_rest(manager)

    async def test_timeout_inside_is_fine(self, manager):
        async def work() -> int:
            async with asyncio.timeout(20):
                return await manager.count(Thing)

        assert await manager.transaction(work) >= 0

    async def test_task_that_outlives_the_transaction(self, manager):
        over = asyncio.Event()

        async def later() -> Any:
            await over.wait()
            return await manager.fetch_value("SELECT pg_current_xact_id_if_assigned()::text")

        async def work() -> asyncio.Task[Any]:
            await manager.create(Thing, code=new_code())
            return asyncio.create_task(later())

        task = await manager.transaction(work)
        over.set()
        assert await task is None


class TestConflicts:
    async def test_serialization_failure_is_tried_again(self, manager):
        code, calls, barrier = await make_thing(manager), 0, asyncio.Barrier(2)

        async def add() -> None:
            nonlocal calls
            calls += 1
            first_try = calls <= 2
            await manager.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await manager.get(Thing, code=code)
            if first_try:
                await barrier.wait()
            await manager.run(ADD, code=code)

        await asyncio.gather(manager.transaction(add), manager.transaction(add))
        assert calls == 3
        assert await amount_of(manager, code) == 2

    async def test_deadlock_is_tried_again(self, manager):
        one, two = await make_thing(manager), await make_thing(manager)
        calls, barrier = 0, asyncio.Barrier(2)

        async def add(first: str, second: str) -> None:
            nonlocal calls
            calls += 1
            first_try = calls <= 2
            await manager.run(ADD, code=first)
            if first_try:
                await barrier.wait()
            await manager.run(ADD, code=second)

        await asyncio.gather(manager.transaction(add, one, two), manager.transaction(add, two, one))
        assert calls == 3
        assert [await amount_of(manager, code) for code in (one, two)] == [2, 2]

    async def test_failure_of_the_commit_itself_is_tried_again(self, manager):
        code, calls, barrier = await make_thing(manager), 0, asyncio.Barrier(2)
        other = await make_thing(manager)

        async def write_skew(read: str, write: str) -> None:
            nonlocal calls
            calls += 1
            first_try = calls <= 2
            await manager.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            await manager.fetch("SELECT amount FROM thing WHERE code = %(code)s", code=read)
            await manager.run(ADD, code=write)
            if first_try:
                await barrier.wait()

        await asyncio.gather(
            manager.transaction(write_skew, code, other),
            manager.transaction(write_skew, other, code),
        )
        assert calls == 3

    async def test_has_an_end(self, manager):
        calls = 0

        async def collide() -> None:
            nonlocal calls
            calls += 1
            await manager.run(CONFLICT)

        with pytest.raises(TransactionConflict, match="collision"):
            await manager.transaction(collide)
        assert calls == ATTEMPTS
        assert at_rest(manager)

    async def test_is_tried_again_even_if_the_function_hid_it(self, manager):
        calls = 0

        async def hide() -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                with pytest.raises(TransactionConflict):
                    await manager.run(CONFLICT)

        await manager.transaction(hide)
        assert calls == 2
