import asyncio

import pytest

from app.core.database import NoTurn, PooledPostgresqlDatabase, Turns, TurnsManager
from tests.core.things import turns as loop_turns


async def taking(turns, order, number, end):
    """Take a turn, note it, and keep it until `end`."""
    async with turns:
        order.append(number)
        await end.wait()


async def under_way(turns, count):
    """Return so many tasks that have a turn or wait for one, the order of those that have, and what ends them."""
    order, end = [], asyncio.Event()
    tasks = [asyncio.create_task(taking(turns, order, number, end)) for number in range(count)]
    await loop_turns()
    return tasks, order, end


class TestTurns:
    async def test_so_many_at_once_and_the_others_in_their_order(self):
        turns = Turns(2, 5, patience=60)
        tasks, order, end = await under_way(turns, 7)
        assert order == [0, 1]
        end.set()
        await asyncio.gather(*tasks)
        assert order == list(range(7))

    async def test_the_line_has_an_end(self):
        turns = Turns(1, 1, patience=60)
        tasks, _, end = await under_way(turns, 2)
        with pytest.raises(NoTurn, match="1 have their turn and 1 wait"):
            await turns.__aenter__()
        end.set()
        await asyncio.gather(*tasks)
        async with turns:
            pass

    async def test_a_burst_of_what_is_soon_done_may_be_longer_than_the_line(self):
        turns = Turns(2, 1, patience=60, lenience=60)
        tasks, order, end = await under_way(turns, 40)
        end.set()
        await asyncio.gather(*tasks)
        assert order == list(range(40))

    async def test_what_does_not_move_is_no_burst(self):
        turns = Turns(1, 1, patience=60, lenience=0.01)
        tasks, _, end = await under_way(turns, 2)
        await asyncio.sleep(0.02)
        with pytest.raises(NoTurn, match="1 have their turn and 1 wait"):
            await turns.__aenter__()
        end.set()
        await asyncio.gather(*tasks)

    async def test_who_finds_the_line_full_does_not_wait_for_long(self):
        turns = Turns(1, 1, patience=60, lenience=1)
        tasks, _, end = await under_way(turns, 2)
        with pytest.raises(NoTurn, match=r"no turn within 1 s"):
            await turns.__aenter__()
        end.set()
        await asyncio.gather(*tasks)

    async def test_where_there_is_no_line_nobody_waits(self):
        turns = Turns(1, 0, patience=60, lenience=60)
        tasks, _, end = await under_way(turns, 1)
        with pytest.raises(NoTurn, match="1 have their turn and 0 wait"):
            await turns.__aenter__()
        end.set()
        await asyncio.gather(*tasks)

    async def test_so_has_waiting(self):
        turns = Turns(1, 5, patience=0.01)
        (task,), _, end = await under_way(turns, 1)
        with pytest.raises(NoTurn, match=r"0\.01 s"):
            await turns.__aenter__()
        end.set()
        await task
        async with turns:
            pass

    async def test_who_leaves_the_line_gives_the_place_up(self):
        turns = Turns(1, 1, patience=60)
        (first, second), order, end = await under_way(turns, 2)
        second.cancel()
        await loop_turns()
        third = asyncio.create_task(taking(turns, order, "third", end))
        end.set()
        await asyncio.gather(first, third)
        assert order == [0, "third"]

    async def test_an_error_ends_a_turn(self):
        turns = Turns(1, 0, patience=60)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                async with turns:
                    raise ZeroDivisionError

    def test_another_loop_owes_nothing_to_the_one_before(self):
        turns = Turns(1, 0, patience=60)

        async def take():
            await turns.__aenter__()

        for _ in range(2):
            asyncio.run(take())


class TestOneTurn:
    async def test_within_another_is_that_one(self, database):
        pool = PooledPostgresqlDatabase()
        pool.init(database.app_url, pool_size=1)
        lists = TurnsManager(pool, Turns(1, 0, patience=0))
        async with lists.one_turn(), lists.one_turn():
            assert await lists.fetch_value("SELECT 1") == 1
        async with lists.one_turn():
            assert await lists.fetch_value("SELECT 2") == 2
        await pool.close(timeout=0)
