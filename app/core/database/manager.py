"""The Manager, through which all queries go."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ParamSpec, TypeVar

import peewee

from app.core.database.pooled_database import PooledPostgresqlDatabase
from app.core.database.statement import Result, Statement, statement_of

P = ParamSpec("P")
T = TypeVar("T")


class Manager:
    """All queries on one database; models are bound to none, so that two can be in one process.

    Rows are models' instances, or tuples where a Statement made them: numeric is Decimal,
    timestamptz an aware datetime, uuid a UUID; a Statement's json and jsonb are text.
    """

    def __init__(self, database: PooledPostgresqlDatabase) -> None:
        self.database = database

    async def get(self, source: Any, *where: Any, **filters: Any) -> Any:
        """Return the one row of a model or a query. Raises the model's DoesNotExist."""
        return await _selected(source, where, filters).aio_get(self.database)

    async def get_or_none(self, source: Any, *where: Any, **filters: Any) -> Any | None:
        """Return the one row of a model or a query, or None."""
        try:
            return await self.get(source, *where, **filters)
        except peewee.DoesNotExist:
            return None

    async def create(self, model: Any, **values: Any) -> Any:
        """Insert a row and return it as it was stored, the database's defaults included."""
        data = model(**values).__data__
        query = model.insert(**data).returning(*model._meta.sorted_fields)  # noqa: SLF001 - peewee has no public name for it
        return (await self.execute(query))[0]

    async def update(self, instance: Any, only: Iterable[Any] | None = None) -> int:
        """Store the fields that changed, or `only` those given; return the number of rows."""
        model, key = type(instance), instance._meta.primary_key  # noqa: SLF001 - peewee has no public name for it
        fields = instance.dirty_fields if only is None else only
        data = instance._prune_fields(dict(instance.__data__), list(fields))  # noqa: SLF001 - peewee has no public name for it
        for name in key.field_names if isinstance(key, peewee.CompositeKey) else (key.name,):
            data.pop(name, None)
        if not data:
            return 0
        rows: int = await self.execute(model.update(**data).where(instance._pk_expr()))  # noqa: SLF001 - peewee has no public name for it
        instance._dirty -= set(data)  # noqa: SLF001 - peewee has no public name for it
        return rows

    async def delete(self, instance: Any) -> int:
        """Delete the instance's row; return the number of rows."""
        rows: int = await self.execute(type(instance).delete().where(instance._pk_expr()))  # noqa: SLF001 - peewee has no public name for it
        return rows

    async def execute(self, query: Any) -> Any:
        """Execute a peewee query: rows of a select, the number of rows or RETURNING's of a change."""
        if not hasattr(query, "aio_execute"):
            # peewee-async would return None for it, without a word.
            raise TypeError("only queries of AioModels can be executed")
        return await query.aio_execute(self.database)

    async def count(self, query: Any) -> int:
        """Return how many rows a model has, or a query would give."""
        rows: int = await _selected(query, (), {}).aio_count(self.database)
        return rows

    async def scalar(self, query: Any) -> Any:
        """Return the first column of the query's first row, None if there is none."""
        return await query.aio_scalar(self.database)

    async def fetch(self, statement: Statement | str, /, **params: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a Statement."""
        return (await self._perform(statement, params)).rows

    async def fetch_one(
        self, statement: Statement | str, /, **params: Any
    ) -> tuple[Any, ...] | None:
        """Return the first row of a Statement, or None."""
        rows = (await self._perform(statement, params)).rows
        return rows[0] if rows else None

    async def fetch_value(self, statement: Statement | str, /, **params: Any) -> Any:
        """Return the first column of a Statement's first row, None if there is none."""
        row = await self.fetch_one(statement, **params)
        return None if row is None else row[0]

    async def run(self, statement: Statement | str, /, **params: Any) -> int:
        """Execute a Statement and return how many rows it changed or found."""
        return (await self._perform(statement, params)).rowcount

    async def transaction(
        self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Await `function` in a transaction: PooledPostgresqlDatabase.transaction()."""
        return await self.database.transaction(function, *args, **kwargs)

    def after_commit(self, call: Callable[[], object]) -> None:
        """Have `call` called once the transaction that this task is in is committed.

        Never if it is rolled back; for one that is tried again, by its last attempt alone. It counts as the whole
        transaction's: of a savepoint (peewee-async's aio_atomic) that alone is rolled back nothing is known here.
        For counting: what it raises is logged and changes nothing. Raises RuntimeError outside of a transaction.
        """
        self.database.after_commit(call)

    async def _perform(self, statement: Statement | str, params: dict[str, Any]) -> Result:
        if isinstance(statement, str):
            statement = statement_of(statement)
        statement.check(params)
        return await self.database.perform(statement, params)


def _selected(source: Any, where: tuple[Any, ...], filters: dict[str, Any]) -> Any:
    is_model = isinstance(source, type) and issubclass(source, peewee.Model)
    query = source.select() if is_model else source
    if where:
        query = query.where(*where)
    return query.filter(**filters) if filters else query
