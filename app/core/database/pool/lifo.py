"""The pool of connections to PostgreSQL."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee_async.pool import PoolBackend

from app.core.database.pool.connecting import connect
from app.core.database.pool.connection import PgConnection
from app.core.database.sqlerrors import DatabaseAway, PoolTimeout
from app.core.telemetry.tracing import span


@dataclass(frozen=True, slots=True)
class PoolStats:
    """Connections now (`size` = idle + in use + being opened, at most `limit`), and waiters."""

    limit: int
    size: int
    idle: int
    in_use: int
    waiting: int


class LifoPool(PoolBackend):
    """At most `size` connections, made when needed; the last one released is the next one used.

    Who finds none free waits in line for `acquire_timeout` seconds. It belongs to the event loop
    that uses it, and to the process: after a fork, the child starts with an empty one.

    `on_use` is called on that loop, with the pool, whenever a connection is asked for.
    """

    required_modules = ("aiopg",)

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        *,
        database: str,
        params: Mapping[str, str],
        size: int = 10,
        acquire_timeout: float = 2.0,
        connect_timeout: float = 5.0,
        query_timeout: float = 15.0,
        max_age: float = 3600.0,
        prepares: bool = True,
    ) -> None:
        if size < 1:
            raise ValueError("a pool has at least one connection")
        super().__init__(database=database)
        self.params = params
        self.limit = size
        self.acquire_timeout = acquire_timeout
        self.connect_timeout = connect_timeout
        self.query_timeout = query_timeout
        self.max_age = max_age
        self.prepares = prepares
        self.on_use: Callable[[LifoPool], None] | None = None
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._idle: list[PgConnection] = []
        self._in_use: set[PgConnection] = set()
        self._opening = 0
        # A waiter is given a connection, or None: the right to open one.
        self._waiters: deque[asyncio.Future[PgConnection | None]] = deque()
        self._drained: asyncio.Event | None = None

    # What peewee-async asks of a pool.

    @property
    def is_connected(self) -> bool:
        """Whether the pool may be used: it opens by itself, until it is closed."""
        return not self._closed

    def has_acquired_connections(self) -> bool:
        """Return whether anybody has a connection now."""
        return bool(self._in_use)

    async def create(self) -> None:
        """Open the pool on the running loop; connects to nothing yet."""
        self._bind()
        self._closed = False

    async def acquire(self) -> PgConnection:
        """Return a connection, for the caller alone until release(). Raises PoolTimeout, DatabaseAway."""
        self._bind()
        if self._closed:
            raise DatabaseAway("the pool of connections is closed")
        if self.on_use is not None:
            self.on_use(self)
        if not self._waiters:
            connection = self._usable_idle()
            if connection is not None:
                self._in_use.add(connection)
                return connection
            if self._size() < self.limit:
                self._opening += 1
                return await self._open()
        return await self._wait()

    async def release(self, conn: Any) -> None:
        """Give a connection back, in whatever state it is."""
        self.put(conn)

    async def close(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - a bound, no deadline
        """Close all connections; those in use when they are released, or after `timeout` seconds."""
        if self._pid != os.getpid():
            self._reset()
        self._closed = True
        self._drop_idle()
        while self._waiters:
            self._fail(self._waiters.popleft(), DatabaseAway("the pool of connections was closed"))
        if self._in_use or self._opening:
            self._drained = asyncio.Event()
            try:
                async with asyncio.timeout(timeout):
                    await self._drained.wait()
            except TimeoutError:
                pass
        for connection in tuple(self._in_use):
            self.discard(connection)

    # What the database needs besides.

    def put(self, connection: PgConnection) -> None:
        """Take a connection back: to the first waiter, else on top of the idle ones.

        One that is closed, old, or not at rest (in a transaction, in a statement) is thrown away.
        """
        too_old = time.monotonic() - connection.opened_at > self.max_age
        if self._closed or too_old or not connection.is_idle:
            self.discard(connection)
        elif connection in self._in_use:
            waiter = self._next_waiter()
            if waiter is not None:
                waiter.set_result(connection)
                return
            self._in_use.discard(connection)
            self._idle.append(connection)

    def discard(self, connection: PgConnection) -> None:
        """Throw a connection away; the first waiter may open another one."""
        connection.close()
        if connection not in self._in_use:  # of a pool before a fork, or given back already
            return
        self._in_use.discard(connection)
        if connection.lost:
            # The server went away, and came back perhaps: the others are dead as well.
            self._drop_idle()
        self._slot_is_free()

    def stats(self) -> PoolStats:
        """Return how many connections there are, and how many wait for one."""
        idle = sum(not connection.closed for connection in self._idle)
        size = idle + len(self._in_use) + self._opening
        return PoolStats(self.limit, size, idle, len(self._in_use), len(self._waiters))

    # Inside.

    def _bind(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:  # in a forked child it is another one
            return
        if self._pid != os.getpid():
            self._reset()
        if self._loop is not None:
            if self._loop.is_running():
                raise RuntimeError("this pool of connections belongs to another event loop")
            # That loop has ended, and nobody on it will give anything back.
            for connection in (*self._idle, *self._in_use):
                connection.close()
            closed = self._closed
            self._reset()
            self._closed = closed
        self._loop = loop

    def _size(self) -> int:
        return len(self._idle) + len(self._in_use) + self._opening

    def _usable_idle(self) -> PgConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.closed:  # the loop has seen its end already
                continue
            if time.monotonic() - connection.opened_at <= self.max_age:
                return connection
            connection.close()
        return None

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _open(self) -> PgConnection:
        """Open a connection in a place that was counted as `_opening`."""
        try:
            with span("connect"):
                connection = await connect(
                    self.params,
                    connect_timeout=self.connect_timeout,
                    query_timeout=self.query_timeout,
                    prepares=self.prepares,
                )
        except BaseException:
            self._opening -= 1
            self._slot_is_free()
            raise
        self._opening -= 1
        self._in_use.add(connection)
        return connection

    async def _wait(self) -> PgConnection:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[PgConnection | None] = loop.create_future()
        self._waiters.append(waiter)
        message = f"no connection became free within {self.acquire_timeout:g} s"
        limit = loop.call_later(self.acquire_timeout, self._fail, waiter, PoolTimeout(message))
        try:
            with span("wait for a connection"):
                connection = await waiter
        except BaseException:
            self._leave(waiter)
            raise
        finally:
            limit.cancel()
        return await self._open() if connection is None else connection

    def _leave(self, waiter: "asyncio.Future[PgConnection | None]") -> None:
        """Take a waiter that will not go on out of the line, and give back what it was given."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        elif waiter.done() and not waiter.cancelled() and waiter.exception() is None:
            connection = waiter.result()
            if connection is not None:
                self.put(connection)
            else:
                self._opening -= 1
                self._slot_is_free()

    @staticmethod
    def _fail(waiter: "asyncio.Future[PgConnection | None]", error: Exception) -> None:
        if not waiter.done():
            waiter.set_exception(error)

    def _next_waiter(self) -> "asyncio.Future[PgConnection | None] | None":
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                return waiter
        return None

    def _slot_is_free(self) -> None:
        """Let the first waiter open a connection, if there is room for one."""
        if self._drained is not None and not self._in_use and not self._opening:
            self._drained.set()
        while self._size() < self.limit:
            waiter = self._next_waiter()
            if waiter is None:
                return
            self._opening += 1
            waiter.set_result(None)
