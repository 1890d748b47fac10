"""PostgreSQL: a pool of connections, transactions, statements, and the errors that it ends with.

Features are given a `Manager` and give it Statements or peewee's queries. What the driver raises becomes one of the
errors that are handed out here; nothing of aiopg's or psycopg2's gets further up. `migrations` changes the schema.
"""

from app.core.database.manager import Manager
from app.core.database.pooled_database import PooledPostgresqlDatabase
from app.core.database.sqlerrors import (
    CheckViolation,
    ConnectionLost,
    ConstraintViolation,
    DatabaseAway,
    ExclusionViolation,
    ForeignKeyViolation,
    LockTimeout,
    NotNullViolation,
    NoTurn,
    OutcomeUnknown,
    PoolTimeout,
    SchemaOutdated,
    StatementTimeout,
    TransactionConflict,
    UniqueViolation,
)
from app.core.database.sqljson import json_array, json_object
from app.core.database.statement import Statement, literal
from app.core.database.turns import Turns, TurnsManager

__all__ = [
    "CheckViolation",
    "ConnectionLost",
    "ConstraintViolation",
    "DatabaseAway",
    "ExclusionViolation",
    "ForeignKeyViolation",
    "LockTimeout",
    "Manager",
    "NoTurn",
    "NotNullViolation",
    "OutcomeUnknown",
    "PoolTimeout",
    "PooledPostgresqlDatabase",
    "SchemaOutdated",
    "Statement",
    "StatementTimeout",
    "TransactionConflict",
    "Turns",
    "TurnsManager",
    "UniqueViolation",
    "json_array",
    "json_object",
    "literal",
]
