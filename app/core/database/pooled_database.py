"""PostgreSQL as peewee-async knows a database, through our pool and with our transactions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import peewee
import peewee_async

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.core.database.pool.connection import PgConnection
from app.core.database.pool.lifo import LifoPool, PoolStats
from app.core.database.sqlerrors import ConnectionLost, DatabaseAway, OutcomeUnknown
from app.core.database.statement import Result, Statement, reads_only
from app.core.database.transaction import current_scope, in_transaction

P = ParamSpec("P")
T = TypeVar("T")


class _Rows:
    """What a statement gave, as the cursor that peewee-async reads from."""

    __slots__ = ("_left", "description", "lastrowid", "rowcount")

    def __init__(self, result: Result) -> None:
        self.description: Sequence[Any] | None = result.description
        self.rowcount = result.rowcount
        self.lastrowid = 0  # PostgreSQL has RETURNING instead
        self._left = result.rows

    async def fetchone(self) -> tuple[Any, ...] | None:
        return self._left.pop(0) if self._left else None

    async def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        rows, self._left = self._left[:size], self._left[size:]
        return rows

    async def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._left = self._left, []
        return rows


class _Loan:
    """A connection of the pool, for one statement: given back once, whoever notices first that it is over."""

    __slots__ = ("_is_over", "_pool", "connection")

    def __init__(self, pool: LifoPool, connection: PgConnection) -> None:
        self.connection = connection
        self._pool = pool
        self._is_over = False

    def end(self) -> None:
        """Give the connection back, unless that was done: it is somebody else's by then."""
        if not self._is_over:
            self._is_over = True
            self._pool.put(self.connection)


class PooledPostgresqlDatabase(peewee_async.PostgresqlDatabase):
    """PostgreSQL through a pool of aiopg connections, for asyncio only.

    Made without a URL it is deferred until init(); neither connects to anything. The name is that
    of the class that peewee-async had until 2.0; what was wrong with its pool is not.
    """

    def __init__(self, database: str | None = None, **kwargs: Any) -> None:
        super().__init__(database, **kwargs)

    def init(
        self,
        url: str | None,
        *,
        pool_size: int = 10,
        acquire_timeout: float = 2.0,
        connect_timeout: float = 5.0,
        query_timeout: float = 15.0,
        session: Mapping[str, str] | None = DEFAULT_SESSION,
    ) -> None:
        """Say where the database is: `url` as libpq takes it, sslmode and socket folders included.

        Times are in seconds. `query_timeout` bounds each statement from this side, for a server
        that does not answer at all: keep it above the server's own statement_timeout. `session`
        are server settings for each connection (statement_timeout, TimeZone …), on top of
        DEFAULT_SESSION; None sends none, and prepares nothing, for PgBouncer. Raises ValueError.
        """
        if not url:
            peewee.PostgresqlDatabase.init(self, None)
            return
        params = connection_params(url, session)
        name = params.get("dbname") or params.get("user") or "postgres"
        peewee.PostgresqlDatabase.init(self, name)
        self.pool_backend = LifoPool(
            database=name,
            params=params,
            size=pool_size,
            acquire_timeout=acquire_timeout,
            connect_timeout=connect_timeout,
            query_timeout=query_timeout,
            prepares=session is not None,
        )

    @property
    def pool(self) -> LifoPool:
        """The pool. Raises InterfaceError before init()."""
        if self.deferred:
            raise peewee.InterfaceError("the database was not told its URL: call init() first")
        pool: LifoPool = self.pool_backend
        return pool

    async def open(self) -> None:
        """Let the pool serve the running loop. Connects to nothing: the database may be away."""
        await self.pool.connect()

    async def close(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - a bound, no deadline
        """Close all connections, waiting up to `timeout` seconds for those in use."""
        if not self.deferred:
            await self.pool.close(timeout)

    def stats(self) -> PoolStats:
        """Return the pool's numbers of this moment."""
        return self.pool.stats()

    async def transaction(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Await `function(*args, **kwargs)` in a transaction, commit, and return its result.

        All queries that its task makes on this database belong to it. An exception rolls back and
        goes on to the caller. After a serialization failure or a deadlock everything is tried again,
        five times in all, so `function` may run more than once. Inside of a transaction this joins
        it. Raises OutcomeUnknown if the connection dies under COMMIT: that is not tried again.
        """
        scope = current_scope(self)
        if scope is not None:
            return await scope.join(function, *args, **kwargs)
        return await in_transaction(self.pool, self, function, *args, **kwargs)

    def after_commit(self, call: Callable[[], object]) -> None:
        """Have `call` called when the transaction under way is committed: Manager.after_commit()."""
        scope = current_scope(self)
        if scope is None:
            raise RuntimeError("nothing will be committed: there is no transaction")
        scope.after_commit.append(call)

    async def perform(self, statement: Statement, params: Mapping[str, Any]) -> Result:
        """Execute a Statement and return what it gave.

        Outside of a transaction, a read whose connection died is sent once more, on a new one; so is a
        change that was not sent yet. One that was, and whose answer did not come, raises
        OutcomeUnknown. Raises peewee's errors and ours.
        """
        scope = current_scope(self)
        if scope is not None:
            return await scope.perform(statement, params)
        return await self._alone(
            lambda loan: loan.connection.perform(statement, params, at_rest=loan.end),
            read=statement.read,
        )

    async def _run(self, sql: str, params: Sequence[Any]) -> Result:
        scope = current_scope(self)
        if scope is not None:
            return await scope.run(sql, params)
        return await self._alone(
            lambda loan: loan.connection.run(sql, params, at_rest=loan.end), read=reads_only(sql)
        )

    async def _alone(self, ask: Callable[[_Loan], Awaitable[Result]], *, read: bool) -> Result:
        """Execute one statement on a connection that goes to the next in line as soon as the result is there."""
        try:
            return await self._alone_once(ask, read=read)
        except ConnectionLost:
            return await self._alone_once(ask, read=read)

    async def _alone_once(self, ask: Callable[[_Loan], Awaitable[Result]], *, read: bool) -> Result:
        pool = self.pool
        loan = _Loan(pool, await pool.acquire())
        try:
            return await ask(loan)
        except DatabaseAway as error:
            if read or error.undone:
                raise
            # It was committed with its own end, or it was not.
            raise OutcomeUnknown(str(error)) from error
        finally:
            loan.end()

    # What peewee-async's models and queries call.

    async def aio_execute_sql(
        self, sql: str, params: Sequence[Any] | None = None, fetch_results: Any = None
    ) -> Any:
        """Execute `sql` with positional parameters; `fetch_results(database, cursor)` reads it."""
        rows = _Rows(await self._run(sql, params or ()))
        return None if fetch_results is None else await fetch_results(self, rows)

    @asynccontextmanager
    async def aio_connection(self) -> AsyncIterator[PgConnection]:
        """Lend the transaction's connection, or one of the pool's, for what needs a session."""
        scope = current_scope(self)
        if scope is not None:
            await scope.begin()
            yield scope.connection
            return
        connection = await self.pool.acquire()
        try:
            yield connection
        finally:
            self.pool.put(connection)

    @asynccontextmanager
    async def _aio_atomic(
        self,
        use_savepoint: bool = False,  # noqa: FBT001, FBT002 - peewee-async's signature
    ) -> AsyncIterator[None]:
        """Open a savepoint. Raises RuntimeError outside of transaction()."""
        scope = current_scope(self)
        if scope is None:
            raise RuntimeError("transactions are opened with transaction(function)")
        await scope.begin()
        async with super()._aio_atomic(use_savepoint):
            yield
