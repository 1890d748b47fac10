"""What is counted is what was committed: once, whatever it took."""

import asyncio

import pytest

from app.core.database import OutcomeUnknown, TransactionConflict
from app.core.database.transaction import ATTEMPTS
from tests.core.things import Thing, new_code

CONFLICT = "DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END $$"


class TestAfterCommit:
    async def test_is_called_once_the_work_is_there_to_see(self, manager):
        code, seen = new_code(), []

        async def work() -> str:
            await manager.create(Thing, code=code)
            manager.after_commit(lambda: seen.append("first"))
            manager.after_commit(lambda: seen.append("second"))
            assert seen == []
            return "done"

        assert await manager.transaction(work) == "done"
        assert seen == ["first", "second"]

    async def test_never_where_it_was_rolled_back(self, manager):
        seen: list[str] = []

        async def work() -> None:
            manager.after_commit(lambda: seen.append("called"))
            raise KeyError

        with pytest.raises(KeyError):
            await manager.transaction(work)
        assert seen == []

    async def test_never_where_the_commit_failed(self, manager):
        seen: list[str] = []

        async def work() -> None:
            manager.after_commit(lambda: seen.append("called"))
            await manager.run("INSERT INTO deadly VALUES (1)")

        with pytest.raises(OutcomeUnknown):
            await manager.transaction(work)
        assert seen == []

    async def test_once_after_any_number_of_attempts(self, manager):
        attempts, seen = 0, []

        async def work() -> None:
            nonlocal attempts
            attempts += 1
            manager.after_commit(lambda: seen.append(attempts))
            if attempts < 3:
                await manager.run(CONFLICT)

        await manager.transaction(work)
        assert seen == [3]

    async def test_never_where_every_attempt_failed(self, manager):
        attempts: list[int] = []
        seen: list[str] = []

        async def work() -> None:
            attempts.append(1)
            manager.after_commit(lambda: seen.append("called"))
            await manager.run(CONFLICT)

        with pytest.raises(TransactionConflict):
            await manager.transaction(work)
        assert len(attempts) == ATTEMPTS
        assert seen == []

    async def test_of_a_part_waits_for_the_whole(self, manager):
        seen: list[str] = []

        async def part() -> None:
            manager.after_commit(lambda: seen.append("called"))

        async def whole() -> None:
            await manager.transaction(part)
            assert seen == []

        await manager.transaction(whole)
        assert seen == ["called"]

    async def test_what_it_raises_changes_nothing(self, manager, caplog):
        seen: list[str] = []

        async def work() -> str:
            manager.after_commit(lambda: 1 / 0)
            manager.after_commit(lambda: seen.append("called"))
            return "done"

        assert await manager.transaction(work) == "done"
        assert seen == ["called"]
        assert "A call after a commit failed" in caplog.text

    async def test_two_transactions_have_their_own(self, manager):
        seen: list[str] = []

        async def work(name: str, *, fails: bool) -> None:
            manager.after_commit(lambda: seen.append(name))
            await manager.fetch_value("SELECT 1")
            if fails:
                raise KeyError

        await asyncio.gather(
            manager.transaction(work, "one", fails=False),
            manager.transaction(work, "two", fails=True),
            return_exceptions=True,
        )
        assert seen == ["one"]

    async def test_there_has_to_be_a_transaction(self, manager):
        with pytest.raises(RuntimeError, match="no transaction"):
            manager.after_commit(print)
