"""What can go wrong with a database, as exceptions that say what to do about it.

psycopg2's errors are turned into peewee's, so that code above knows one family. peewee's own wrapper
looks only one base class up and lets deadlocks and timeouts through as psycopg2's.
"""

import peewee
import psycopg2
from psycopg2 import errors, extensions

_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"


class ConstraintViolation(peewee.IntegrityError):
    """A statement met a constraint: `constraint`, `table` and `column` name it, None if unknown.

    The message has no values in it: PostgreSQL's detail quotes people's data.
    """

    constraint: str | None = None
    table: str | None = None
    column: str | None = None


class UniqueViolation(ConstraintViolation):
    """There is a row with that key already (SQLSTATE 23505)."""


class ForeignKeyViolation(ConstraintViolation):
    """A row refers to nothing, or one that is referred to would go (23503, 23001)."""


class CheckViolation(ConstraintViolation):
    """A value is outside of what its table allows (23514)."""


class NotNullViolation(ConstraintViolation):
    """A column that must have a value got none (23502)."""


class ExclusionViolation(ConstraintViolation):
    """A row excludes another one that is there (23P01)."""


class PoolTimeout(peewee.OperationalError):
    """No connection became free in time."""


class NoTurn(peewee.OperationalError):
    """So many ask for the same kind of thing already that this one is not to wait, or has waited for long enough."""


class DatabaseAway(peewee.OperationalError):
    """The database cannot be reached, or does not answer.

    `undone` says that the statement which met this had no effect for certain: it was refused, or never sent.
    """

    def __init__(self, message: str, *, undone: bool = False) -> None:
        super().__init__(message)
        self.undone = undone


class ConnectionLost(DatabaseAway):
    """The connection died under a statement; whether that had its effect is not known."""


class OutcomeUnknown(DatabaseAway):
    """The answer to a COMMIT, or to a change that is one statement, was lost: it was committed, or it was not."""


class StatementTimeout(peewee.OperationalError):
    """The server ended the statement: it took longer than statement_timeout, or was cancelled."""


class LockTimeout(peewee.OperationalError):
    """The statement waited for a lock for longer than lock_timeout, or was not to wait (NOWAIT)."""


class TransactionConflict(peewee.OperationalError):
    """The transaction collided with another one (40001, 40P01) and may be tried again as a whole."""


class SchemaOutdated(peewee.ProgrammingError):
    """A table, column or function is not there (42P01, 42703, 42883): migrations are missing."""


_VIOLATIONS: tuple[tuple[type[psycopg2.Error], type[ConstraintViolation]], ...] = (
    (errors.UniqueViolation, UniqueViolation),
    (errors.ForeignKeyViolation, ForeignKeyViolation),
    # PostgreSQL 18 says this one for ON DELETE RESTRICT.
    (errors.RestrictViolation, ForeignKeyViolation),
    (errors.CheckViolation, CheckViolation),
    (errors.NotNullViolation, NotNullViolation),
    (errors.ExclusionViolation, ExclusionViolation),
    (errors.IntegrityError, ConstraintViolation),
)

_OTHERS: tuple[tuple[type[psycopg2.Error], type[peewee.PeeweeException]], ...] = (
    (extensions.QueryCanceledError, StatementTimeout),
    (errors.LockNotAvailable, LockTimeout),
    (errors.UndefinedTable, SchemaOutdated),
    (errors.UndefinedColumn, SchemaOutdated),
    (errors.UndefinedFunction, SchemaOutdated),
    (psycopg2.DataError, peewee.DataError),
    (psycopg2.ProgrammingError, peewee.ProgrammingError),
    (psycopg2.NotSupportedError, peewee.NotSupportedError),
    (psycopg2.InternalError, peewee.InternalError),
    (psycopg2.OperationalError, peewee.OperationalError),
    (psycopg2.InterfaceError, peewee.InterfaceError),
    (psycopg2.DatabaseError, peewee.DatabaseError),
)


def translated(error: psycopg2.Error) -> peewee.PeeweeException:
    """Return the exception to raise for psycopg2's `error`, from a connection that still lives."""
    if isinstance(error, psycopg2.IntegrityError):
        return _violation(error)
    if error.pgcode in {_SERIALIZATION_FAILURE, _DEADLOCK}:
        return TransactionConflict(str(error).strip())
    kind = next((ours for theirs, ours in _OTHERS if isinstance(error, theirs)), None)
    return (kind or peewee.DatabaseError)(str(error).strip())


def _violation(error: psycopg2.IntegrityError) -> ConstraintViolation:
    kind = next(ours for theirs, ours in _VIOLATIONS if isinstance(error, theirs))
    violation = kind(error.diag.message_primary or "a constraint was violated")
    violation.constraint = error.diag.constraint_name
    violation.table = error.diag.table_name
    violation.column = error.diag.column_name
    return violation
