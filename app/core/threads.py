"""Work that takes long and asks no database: done in threads, so that the event loop goes on."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Threads:
    """So many threads of a `name`; of those that want one, `max_waiting` may be under way or wait.

    They begin with the first call, in whichever process it is made. `busy` makes what is raised where too many wait.
    """

    def __init__(
        self, name: str, *, at_once: int, max_waiting: int, busy: Callable[[], Exception]
    ) -> None:
        self._name = name
        self._at_once = at_once
        self._max_waiting = max_waiting
        self._busy = busy
        self._executor: ThreadPoolExecutor | None = None
        self._pid = 0
        self._waiting = 0

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what `function` does, called in one of them. Raises what it raises, and what `busy` makes."""
        executor = self._started()
        if self._waiting >= self._max_waiting:
            raise self._busy()
        self._waiting += 1
        try:
            call = partial(function, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(executor, call)
        finally:
            self._waiting -= 1

    def _started(self) -> ThreadPoolExecutor:
        # Threads do not live on in a forked worker.
        if self._executor is None or self._pid != os.getpid():
            self._executor = ThreadPoolExecutor(self._at_once, thread_name_prefix=self._name)
            self._pid, self._waiting = os.getpid(), 0
        return self._executor
