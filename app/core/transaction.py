"""One transaction: BEGIN to COMMIT or ROLLBACK on one connection, which its task's queries find."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import peewee
from peewee_async.connection import ConnectionContext, connection_context
from psycopg2 import extensions

from app.core.connection import PgConnection
from app.core.pool import LifoPool
from app.core.sqlerrors import ConnectionLost, DatabaseAway, OutcomeUnknown, TransactionConflict
from app.core.tracing import span

T = TypeVar("T")

_OPEN = {extensions.TRANSACTION_STATUS_INTRANS, extensions.TRANSACTION_STATUS_INERROR}

ATTEMPTS = 5
_FIRST_PAUSE = 0.01  # seconds, at most; each further one may be twice as long

_logger = logging.getLogger(__name__)


class TransactionScope(ConnectionContext):
    """A transaction under way. peewee-async's own code finds it by the same context variable."""

    def __init__(self, connection: PgConnection, owner: object) -> None:
        super().__init__(connection)
        self.connection: PgConnection = connection
        self.transaction_is_opened = True
        self.owner = owner
        self.outer = connection_context.get()
        self.task = asyncio.current_task()
        self.is_over = False
        self.failure: Exception | None = None  # of its last statement that failed
        self.nested_failure: BaseException | None = None
        self.after_commit: list[Callable[[], object]] = []

    async def run(self, sql: str, parameters: Any, *, json_as_text: bool = False) -> Any:
        """Execute a statement in the transaction, as PgConnection.run() does."""
        try:
            return await self.connection.run(sql, parameters, json_as_text=json_as_text)
        except Exception as error:
            self.failure = error
            raise

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
        for call in self.after_commit:
            try:
                call()
            except Exception:
                # It is done, and whoever asked for it must not hear that it failed.
                _logger.exception("A call after a commit failed.")

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
        scope = TransactionScope(await _begin(pool), owner)
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


async def _begin(pool: LifoPool) -> PgConnection:
    """Return a connection in a new transaction; a dead one is replaced, for nothing is lost yet."""
    try:
        return await _begin_once(pool)
    except ConnectionLost:
        return await _begin_once(pool)


async def _begin_once(pool: LifoPool) -> PgConnection:
    connection = await pool.acquire()
    try:
        await connection.run("BEGIN")
    except BaseException:
        pool.put(connection)
        raise
    return connection
