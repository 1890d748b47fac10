"""One transaction: BEGIN to COMMIT or ROLLBACK on one connection, which its task's queries find.

BEGIN travels with the first statement: one trip to the server less, and one less while locks are held.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import peewee
from peewee_async.connection import ConnectionContext, connection_context
from psycopg2 import extensions

from app.core.database.pool.connection import PgConnection
from app.core.database.pool.lifo import LifoPool
from app.core.database.sqlerrors import (
    ConnectionLost,
    DatabaseAway,
    OutcomeUnknown,
    TransactionConflict,
)
from app.core.database.statement import Result, Statement
from app.core.telemetry.tracing import span

T = TypeVar("T")

_OPEN = {extensions.TRANSACTION_STATUS_INTRANS, extensions.TRANSACTION_STATUS_INERROR}

ATTEMPTS = 5
_BEGIN = "BEGIN;"
_FIRST_PAUSE = 0.01  # seconds, at most; each further one may be twice as long

_logger = logging.getLogger(__name__)


class TransactionScope(ConnectionContext):
    """A transaction under way. peewee-async's own code finds it by the same context variable."""

    def __init__(self, pool: LifoPool, connection: PgConnection, owner: object) -> None:
        super().__init__(connection)
        self.connection: PgConnection = connection
        self.transaction_is_opened = True
        self.has_begun = False
        self._pool = pool
        self.owner = owner
        self.outer = connection_context.get()
        self.task = asyncio.current_task()
        self.is_over = False
        self.failure: Exception | None = None  # of its last statement that failed
        self.nested_failure: BaseException | None = None
        self.after_commit: list[Callable[[], object]] = []

    async def run(self, sql: str, parameters: Any = None) -> Result:
        """Execute a statement in the transaction, as PgConnection.run() does."""
        return await self._within(lambda begin: self.connection.run(begin + sql, parameters))

    async def perform(self, statement: Statement, parameters: Mapping[str, Any]) -> Result:
        """Execute a Statement in the transaction, as PgConnection.perform() does."""
        return await self._within(
            lambda begin: self.connection.perform(statement, parameters, first=begin)
        )

    async def begin(self) -> None:
        """Begin, for whoever uses the connection by other ways."""
        if not self.has_begun:
            await self.run("")

    async def _within(self, ask: Callable[[str], Awaitable[T]]) -> T:
        try:
            if self.has_begun:
                return await ask("")
            return await self._first(ask)
        except Exception as error:
            self.failure = error
            raise

    async def _first(self, ask: Callable[[str], Awaitable[T]]) -> T:
        """Begin with the first statement; on a dead connection's successor, for nothing is lost yet."""
        self.has_begun = True
        try:
            return await ask(_BEGIN)
        except ConnectionLost:
            self._pool.put(self.connection)
            self.connection = await self._pool.acquire()
            return await ask(_BEGIN)

    async def call(self, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Await `function` with the transaction as its task's own."""
        connection_context.set(self)
        try:
            return await function(*args, **kwargs)
        finally:
            self.is_over = True
            connection_context.set(self.outer)

    async def join(self, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Await `function` as a part of the transaction, which cannot be committed if it raises."""
        try:
            return await function(*args, **kwargs)
        except BaseException as error:
            self.nested_failure = error
            raise

    async def commit(self) -> None:
        """Commit. Raises what made that impossible, OutcomeUnknown if nobody can know."""
        if self.has_begun:
            await self._commit()
        for call in self.after_commit:
            try:
                call()
            except Exception:
                # It is done, and whoever asked for it must not hear that it failed.
                _logger.exception("A call after a commit failed.")

    async def _commit(self) -> None:
        if self.connection.closed:
            raise self.failure or ConnectionLost("the connection was closed; nothing is committed")
        if self.connection.status != extensions.TRANSACTION_STATUS_INTRANS:
            # COMMIT would answer ROLLBACK, and nobody would read it.
            raise self.failure or peewee.InternalError("the transaction was ended from inside")
        if self.nested_failure is not None:
            raise RuntimeError(
                "a part of the transaction failed and was to go on"
            ) from self.nested_failure
        try:
            await self.connection.run("COMMIT")
        except DatabaseAway as error:
            raise OutcomeUnknown(str(error)) from error

    async def roll_back(self) -> None:
        """Roll back if that is possible; the pool throws away what is still in a transaction."""
        if self.connection.status in _OPEN:
            with suppress(peewee.PeeweeException):
                await self.connection.run("ROLLBACK")


def current_scope(owner: object) -> TransactionScope | None:
    """Return the transaction of `owner` that this task is in, if any.

    Raises RuntimeError in a task that was started inside of one: two tasks on one connection would
    meet in the middle of each other's statements.
    """
    scope = connection_context.get()
    while isinstance(scope, TransactionScope):
        if scope.owner is owner and not scope.is_over:
            if scope.task is not asyncio.current_task():
                raise RuntimeError(
                    "a transaction belongs to the task that opened it: no gather(), create_task() "
                    "or wait_for() inside of one (asyncio.timeout() is fine)"
                )
            return scope
        scope = scope.outer
    return None


async def in_transaction(
    pool: LifoPool, owner: object, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any
) -> T:
    """Await `function` in a transaction; again, from the start, if it collided with another one."""
    attempt = 1
    while True:
        try:
            return await _attempt(pool, owner, function, *args, **kwargs)
        except TransactionConflict:
            if attempt == ATTEMPTS:
                raise
        await asyncio.sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - a pause
        attempt += 1


async def _attempt(
    pool: LifoPool, owner: object, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any
) -> T:
    with span("transaction"):
        scope = TransactionScope(pool, await pool.acquire(), owner)
        try:
            result = await scope.call(function, *args, **kwargs)
            await scope.commit()
            return result
        except Exception:
            await scope.roll_back()
            raise
        finally:
            # Cancelled, or its ROLLBACK failed: the pool sees the open transaction and closes it.
            pool.put(scope.connection)
