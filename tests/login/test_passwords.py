import asyncio
import threading
import time

import pytest

from app.core.web import Unavailable
from app.login.passwords import DUMMY_HASH, Passwords

PASSWORD = "kaszanka z cebulą"


@pytest.fixture(scope="module")
def hasher():
    return Passwords()


class TestPasswords:
    async def test_only_the_right_one_is_right(self, hasher):
        hashed = await hasher.hash(PASSWORD)
        assert await hasher.verify(hashed, PASSWORD)
        assert not await hasher.verify(hashed, PASSWORD + " ")
        assert not await hasher.verify(hashed, "")

    async def test_two_hashes_of_one_differ_and_hide_it(self, hasher):
        one, two = await asyncio.gather(hasher.hash(PASSWORD), hasher.hash(PASSWORD))
        assert one != two
        assert one.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
        assert PASSWORD not in one

    async def test_a_hash_that_is_none_lets_nobody_in(self, hasher):
        assert not await hasher.verify("nonsense", PASSWORD)
        assert not await hasher.verify("", "")

    async def test_the_dummy_takes_the_same_work_and_lets_nobody_in(self, hasher):
        assert DUMMY_HASH.split("$")[:4] == (await hasher.hash("a")).split("$")[:4]
        assert not await hasher.verify(DUMMY_HASH, "")

    async def test_two_at_once_off_the_loop(self):
        hasher, names, most = Passwords(), set(), 0
        others = set(threading.enumerate())  # of apps that other tests made

        async def watch():
            nonlocal most
            while True:
                new = set(threading.enumerate()) - others
                busy = [t.name for t in new if t.name.startswith("argon2")]
                names.update(busy)
                most = max(most, len(busy))
                await asyncio.sleep(0)

        watcher = asyncio.create_task(watch())
        await asyncio.gather(*(hasher.hash("a") for _ in range(6)))
        watcher.cancel()
        assert most == 2

    async def test_the_loop_goes_on_meanwhile(self, hasher):
        longest, before = 0.0, time.monotonic()
        hashing = asyncio.gather(*(hasher.hash("a") for _ in range(4)))
        while not hashing.done():
            await asyncio.sleep(0)
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
        assert longest < 1

    async def test_a_crowd_is_turned_away(self):
        hasher = Passwords(max_waiting=3)
        answers = await asyncio.gather(
            *(hasher.hash("a") for _ in range(5)), return_exceptions=True
        )
        assert [isinstance(answer, Unavailable) for answer in answers].count(True) == 2
        assert await hasher.hash("a")
