"""One connection to PostgreSQL: aiopg's, with its ends made safe."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiopg
import peewee
import psycopg2
from psycopg2 import errors, extensions

from app.core.database.pool.watch import SocketWatch
from app.core.database.sqlerrors import ConnectionLost, DatabaseAway, translated
from app.core.database.statement import Result, Statement
from app.core.telemetry.tracing import statement_span

MAX_PREPARED = 256
"""Statements that a connection keeps prepared; the oldest makes room for a new one."""

# json and jsonb, which psycopg2 would parse.
_JSON_TEXT = extensions.new_type((114, 3802), "JSON_TEXT", extensions.UNICODE)


class _NoAnswer(psycopg2.OperationalError):
    """The server said nothing for too long."""


class PgConnection(aiopg.Connection):
    """A connection that ends its statement by ending itself.

    aiopg's raises CancelledError for the server's statement_timeout, makes a task for each
    statement's time limit, and, in a forked child, closes what belongs to the parent.

    One that `prepares` has the server keep its Statements. PgBouncer's does not: the next statement
    may meet another session.
    """

    def __init__(
        self, params: Mapping[str, str], connect_timeout: float, *, prepares: bool = True
    ) -> None:
        self._pid = os.getpid()
        self._prepares = prepares
        self._prepared: dict[Statement, None] = {}
        self._executing: Any = None
        self._at_rest: Callable[[], None] | None = None
        self._fileno: int | None = None
        self.opened_at = time.monotonic()
        self.lost = False  # ended by the server; not by us
        self._ended_here = False
        self._opening = True
        options: dict[str, Any] = {"enable_hstore": False, "enable_json": False, **params}
        super().__init__(None, connect_timeout, **options)

    @property
    def _loop(self) -> Any:
        return self._watch

    @_loop.setter
    def _loop(self, loop: asyncio.AbstractEventLoop) -> None:  # aiopg's first assignment
        self._watch = SocketWatch(loop)

    @staticmethod
    def _ready(weak_self: Any) -> None:
        """Go on with what is under way: aiopg's callback for the socket.

        aiopg's own calls select() after each error, which refuses the descriptors above 1023 of a
        busy server, and then nobody hears of the error.
        """
        self = weak_self()
        if self is not None:
            self._go_on()

    def _go_on(self) -> None:
        waiter: Any = self._waiter
        try:
            state = self._conn.poll()
            if state != extensions.POLL_OK:
                self._expect(to_write=state == extensions.POLL_WRITE)
                return
            self._expect(to_write=False)
            result = self._collect()
        # ValueError: a date that Python does not have.
        except (psycopg2.Error, ValueError) as error:
            if waiter is None:
                self._close()  # nothing was under way, so it is the connection that ended
            elif not waiter.done():
                waiter.set_exception(error)
            return
        if waiter is not None and not waiter.done():
            self._come_to_rest()
            waiter.set_result(result)

    def _collect(self) -> Result | None:
        cursor, self._executing = self._executing, None
        if cursor is None:
            return None
        rows = cursor.fetchall() if cursor.description else []
        return Result(rows, cursor.rowcount, cursor.description)

    def _come_to_rest(self) -> None:
        """Be free for the next statement, before whoever waits for this one's result goes on."""
        self._waiter = None
        at_rest, self._at_rest = self._at_rest, None
        if at_rest is not None:
            at_rest()

    def _expect(self, *, to_write: bool) -> None:
        # While it opens, libpq may have another socket after each step, under the same number even.
        if self._opening or to_write != self._writing:
            self._fileno = self._conn.fileno()
            self._watch.expect(self._fileno, to_write=to_write)
            self._writing = to_write

    async def run(
        self, sql: str, parameters: Any = None, *, at_rest: Callable[[], None] | None = None
    ) -> Result:
        """Execute one statement and return what it gave.

        `at_rest` is called as soon as the result is there and the connection free for another
        statement, which is well before the caller's turn comes; if this raises, perhaps never.

        Raises peewee's errors; ConnectionLost if the connection died; DatabaseAway, with the connection
        closed, if nothing came back in time. Unless these are `undone`, it may have had its effect.
        """
        with statement_span(sql):
            return await self._run(sql, parameters, at_rest=at_rest)

    async def perform(
        self,
        statement: Statement,
        parameters: Mapping[str, Any],
        *,
        first: str = "",
        at_rest: Callable[[], None] | None = None,
    ) -> Result:
        """Execute a Statement as run() does; its JSON comes as text.

        `first` is SQL that travels in front of it, like `BEGIN;`.
        """
        with statement_span(statement.sql):
            if not (self._prepares and statement.prepared):
                sql = first + statement.sql
                return await self._run(sql, parameters, json_as_text=True, at_rest=at_rest)
            if statement not in self._prepared:
                await self._prepare(statement, first)
                first = ""
            sql = first + statement.execute
            try:
                return await self._run(sql, parameters, json_as_text=True, at_rest=at_rest)
            except peewee.NotSupportedError as error:
                # A migration has changed the type of a column under the plan.
                self._close()
                why = "a prepared statement's result has changed its type"
                raise ConnectionLost(why, undone=True) from error

    async def _prepare(self, statement: Statement, first: str) -> None:
        try:
            if first:  # a statement that cannot be prepared is to fail within the transaction
                await self._run(first)
            if len(self._prepared) >= MAX_PREPARED:
                oldest = next(iter(self._prepared))
                await self._run(oldest.deallocate)
                del self._prepared[oldest]
            await self._run(statement.prepare)
        except DatabaseAway as error:
            error.undone = True  # the statement itself was not sent
            raise
        self._prepared[statement] = None

    async def _run(
        self,
        sql: str,
        parameters: Any = None,
        *,
        json_as_text: bool = False,
        at_rest: Callable[[], None] | None = None,
    ) -> Result:
        if self.closed:  # since it was handed over
            self.lost = not self._ended_here
            raise ConnectionLost("the connection was closed", undone=True)
        waiter: Any = self._create_waiter("run")
        try:
            cursor = self._conn.cursor()
            if json_as_text:
                extensions.register_type(_JSON_TEXT, cursor)
            cursor.execute(sql, parameters)
        except psycopg2.Error as error:
            self._waiter = None
            raise self._reason(error) from error
        except ValueError as error:  # NUL, or half of a surrogate pair
            self._waiter = None
            raise peewee.DataError(str(error)) from error
        except BaseException:
            self._waiter = None
            raise
        self._executing, self._at_rest = cursor, at_rest
        try:
            await self._poll(waiter, self._timeout)
        except psycopg2.Error as error:
            raise self._reason(error) from error
        result: Result = waiter.result()
        return result

    def opened(self, query_timeout: float) -> None:
        """Note that the connection is made; from now on each statement may take `query_timeout`."""
        self._opening = False
        self._timeout = query_timeout

    @property
    def status(self) -> int:
        """The transaction's status: one of psycopg2.extensions.TRANSACTION_STATUS_*."""
        return int(self._conn.get_transaction_status())

    @property
    def is_idle(self) -> bool:
        """Whether the connection is open, outside of a transaction, with nothing under way."""
        return not self.closed and self.status == extensions.TRANSACTION_STATUS_IDLE

    def _reason(self, error: psycopg2.Error) -> Exception:
        if isinstance(error, _NoAnswer):
            return DatabaseAway(str(error))
        if isinstance(error, errors.ReadOnlySqlTransaction):
            # It was the primary and is none any more; the next connection may find the new one.
            self._close()
            self.lost = True
            return DatabaseAway("the database has become read-only", undone=True)
        if self.closed:
            self.lost = not self._ended_here
            return ConnectionLost(str(error).strip() or "the connection was closed")
        return translated(error)

    async def _poll(
        self,
        waiter: "asyncio.Future[None]",
        timeout: float,  # noqa: ASYNC109 - aiopg's signature
    ) -> None:
        """Wait for the statement, or the connecting, that is under way."""
        self._ready(self._weakref)
        limit = self._loop.call_later(timeout, self._give_up, waiter, timeout)
        try:
            await waiter
        except asyncio.CancelledError:
            if self._waiter is waiter:  # else it is at rest, or at work for somebody else already
                self._close()
            raise
        finally:
            limit.cancel()
            if self._waiter is waiter:
                self._waiter = self._executing = self._at_rest = None

    def _give_up(self, waiter: "asyncio.Future[None]", timeout: float) -> None:
        if not waiter.done():  # else it came in this very turn of the loop
            waiter.set_exception(_NoAnswer(f"no answer within {timeout:g} s"))
            self._close()

    def _close(self) -> None:
        # A child's close would say goodbye to the server on the parent's socket, and take the
        # socket out of the parent's epoll set, which the two share.
        if self._pid != os.getpid():
            return
        self._ended_here = self._ended_here or not self._conn.closed
        self._writing = False
        if not self._conn.closed or self._fileno is not None:
            super()._close()
            # Its number may be another connection's next, which must keep its reader.
            self._fileno = None

    def __del__(self) -> None:
        if getattr(self, "_conn", None) is not None and self._pid == os.getpid():
            super().__del__()
