"""Password hashes, made off the event loop and two at once."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.web import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE = 2

# Of a random password that nobody knows. A login that does not exist is checked against it, so
# that it takes as long as one that does.
DUMMY_HASH = (
    "$argon2id$v=19$m=47104,t=1,p=1$"
    "y1YIuaOSjfzPXomQqMGwMQ$54dKvNiQdFzVYbd10l2mtBoL4NVo52omT1RXIY4W/h0"
)


class Passwords:
    """argon2id with OWASP's m=46 MiB, t=1, p=1: about 50 ms and 46 MiB each.

    Two are made at once; of those that want one, `max_waiting` may be under way or wait.
    """

    def __init__(self, *, max_waiting: int = 64) -> None:
        self._max_waiting = max_waiting
        self._hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
        self._threads: ThreadPoolExecutor | None = None
        self._pid = 0
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the encoded hash of `password`, with its parameters and salt in it.

        Raises Unavailable when too many are waiting already.
        """
        return await self._run(self._hasher.hash, password)

    async def verify(self, hash_: str, password: str) -> bool:
        """Return whether `password` is the one that `hash_` was made of.

        Raises Unavailable when too many are waiting already.
        """
        return await self._run(self._verify, hash_, password)

    def outdated(self, hash_: str) -> bool:
        """Return whether `hash_` was made with other parameters than hash() uses now."""
        return self._hasher.check_needs_rehash(hash_)

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        threads = self._executor()
        if self._waiting >= self._max_waiting:
            raise Unavailable("Too many people are logging in at once. Try again.")
        self._waiting += 1
        try:
            call = partial(function, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(threads, call)
        finally:
            self._waiting -= 1

    def _executor(self) -> ThreadPoolExecutor:
        # Threads do not live on in a forked worker.
        if self._threads is None or self._pid != os.getpid():
            self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
            self._pid, self._waiting = os.getpid(), 0
        return self._threads
