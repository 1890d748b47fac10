"""Turns at the database for those who are many, so that others find it free."""

import asyncio
from typing import Any

from app.core.database import Manager, PooledPostgresqlDatabase
from app.core.sqlerrors import NoTurn
from app.core.statement import Result, Statement


class Turns:
    """So many have their turn at once; so many more wait in line, in their order, each for `patience` seconds.

    Use it as a context manager, on one event loop at a time. Raises NoTurn for who cannot wait, or has waited too long.
    """

    def __init__(self, at_once: int, in_line: int, patience: float) -> None:
        self.at_once = at_once
        self.in_line = in_line
        self.patience = patience
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bind()

    async def __aenter__(self) -> None:
        """Begin a turn."""
        if self._loop is not asyncio.get_running_loop():
            # In a forked child, or after a loop that has ended: nobody there will give a turn back.
            self._bind(asyncio.get_running_loop())
        if not self._free.locked():
            await self._free.acquire()  # at once, without a turn of the loop
            return
        if self._waiting >= self.in_line:
            raise NoTurn(f"{self.at_once} have their turn and {self._waiting} wait in line")
        self._waiting += 1
        try:
            async with asyncio.timeout(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise NoTurn(f"no turn within {self.patience:g} s") from None
        finally:
            self._waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        """End the turn."""
        self._free.release()

    def _bind(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._waiting = 0
        self._free = asyncio.Semaphore(self.at_once)


class TurnsManager(Manager):
    """A Manager whose Statements take turns with each other: for reads that everybody may make, outside of transactions."""

    def __init__(self, database: PooledPostgresqlDatabase, turns: Turns) -> None:
        super().__init__(database)
        self._turns = turns

    async def _perform(self, statement: Statement | str, params: dict[str, Any]) -> Result:
        async with self._turns:
            return await super()._perform(statement, params)
