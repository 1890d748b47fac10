"""Turns at the database for those who are many, so that others find it free."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from app.core.database.manager import Manager
from app.core.database.pooled_database import PooledPostgresqlDatabase
from app.core.database.sqlerrors import NoTurn
from app.core.database.statement import Result, Statement


class Turns:
    """So many have their turn at once; so many more wait in line, in their order, each for `patience` seconds.

    Who finds the line full waits for `lenience` seconds, unless the line's first has waited for longer: a burst of
    what is soon done is no flood. Use it as a context manager, on one event loop at a time. Raises NoTurn for who
    cannot wait, or has waited too long.
    """

    def __init__(self, at_once: int, in_line: int, patience: float, *, lenience: float = 0) -> None:
        self.at_once = at_once
        self.in_line = in_line
        self.patience = patience
        self.lenience = lenience
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bind()

    async def __aenter__(self) -> None:
        """Begin a turn."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # In a forked child, or after a loop that has ended: nobody there will give a turn back.
            self._bind(loop)
        if not self._free.locked():
            await self._free.acquire()  # at once, without a turn of the loop
            return
        patience, now = self.patience, loop.time()
        if len(self._line) >= self.in_line:
            if not self._line or now - self._line[0] >= self.lenience:
                raise NoTurn(f"{self.at_once} have their turn and {len(self._line)} wait in line")
            patience = self.lenience
        self._line.append(now)
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError:
            raise NoTurn(f"no turn within {patience:g} s") from None
        finally:
            self._line.remove(now)

    async def __aexit__(self, *_: object) -> None:
        """End the turn."""
        self._free.release()

    def _bind(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._line: deque[float] = deque()  # when each came
        self._free = asyncio.Semaphore(self.at_once)


class TurnsManager(Manager):
    """A Manager whose Statements take turns with each other: for reads that everybody may make, outside of transactions."""

    def __init__(self, database: PooledPostgresqlDatabase, turns: Turns) -> None:
        super().__init__(database)
        self._turns = turns
        self._has_turn: ContextVar[bool] = ContextVar("has_turn", default=False)

    @asynccontextmanager
    async def one_turn(self) -> AsyncIterator[None]:
        """Have all Statements within be one turn: who has waited for the first is not refused at the second. Raises NoTurn.

        Within another such turn, it is that one.
        """
        if self._has_turn.get():
            yield
            return
        async with self._turns:
            before = self._has_turn.set(True)
            try:
                yield
            finally:
                self._has_turn.reset(before)

    async def _perform(self, statement: Statement | str, params: dict[str, Any]) -> Result:
        if self._has_turn.get():
            return await super()._perform(statement, params)
        async with self._turns:
            return await super()._perform(statement, params)
