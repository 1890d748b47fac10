"""SQL that is compiled once, when its module is imported, and then only given its parameters.

On a connection that keeps prepared statements (all but those through PgBouncer) PostgreSQL parses and plans it once, too.
"""

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import peewee

# Never connected: it only knows PostgreSQL's dialect.
_DIALECT = peewee.PostgresqlDatabase(None)

_READS = re.compile(r"[\s(]*(select|values|table|with)\b", re.IGNORECASE)
_PREPARABLE = re.compile(
    r"[\s(]*(select|values|table|with|insert|update|delete|merge)\b", re.IGNORECASE
)
_WRITES = re.compile(r"\b(insert|update|delete|merge|into|share|nextval|setval)\b", re.IGNORECASE)
# Of prepared statements: one process has one number for each, on all its connections.
_numbers = itertools.count(1)

# A marker of psycopg2's, a percent sign written as psycopg2 wants it, or one as people write it.
_POSITIONAL = re.compile(r"%(?:s|%|)")
_NAMED = re.compile(r"%(?:\((?P<name>\w+)\)s|%|)")


class Param(peewee.ColumnBase):
    """The place of a named parameter in a peewee query: `Product.code == Param("code")`."""

    def __init__(self, name: str) -> None:
        if not name.isidentifier():
            raise ValueError(f"{name!r} cannot be the name of a parameter")
        self.name = name

    def __sql__(self, ctx: Any) -> Any:
        # Not ctx.value(): the column's converter is for values, which come later.
        ctx._values.append(self)  # noqa: SLF001 - peewee has no public way past the converter
        return ctx.literal("%s")


class Statement:
    """A statement with named parameters, from a peewee query with Params or from SQL with `%(name)s`.

    The values in a peewee query, the keys of its JSON among them, become part of the SQL. A percent
    sign stands for itself. JSON results come as text, as PostgreSQL wrote them.

    `read` says that the statement changes nothing, so that it may be sent again when its connection
    was found dead. By default that is judged by its words; say so where it calls a function that
    writes.

    `prepared` statements are planned once for each connection, whatever the parameters. PostgreSQL
    must be able to tell the type of each parameter, so cast one that stands alone or that is given to
    IS NULL: `%(since)s::timestamptz`.
    """

    __slots__ = ("deallocate", "execute", "names", "prepare", "prepared", "read", "sql")

    def __init__(
        self, query_or_sql: Any, *, read: bool | None = None, prepared: bool = True
    ) -> None:
        names: set[str] = set()
        if isinstance(query_or_sql, str):
            self.sql = _from_text(query_or_sql, names)
        else:
            self.sql = _from_query(query_or_sql, names)
        self.names = frozenset(names)
        self.read = reads_only(self.sql) if read is None else read
        self.prepared = prepared and bool(_PREPARABLE.match(self.sql))
        name = f"ogs_{next(_numbers)}"
        self.prepare, self.execute = _server_side(self.sql, name)
        self.deallocate = f"DEALLOCATE {name}"

    def check(self, params: Mapping[str, Any]) -> None:
        """Raise TypeError unless `params` are exactly the statement's parameters."""
        if params.keys() != self.names:
            missing, unknown = self.names - params.keys(), params.keys() - self.names
            raise TypeError(f"missing parameters {sorted(missing)}, unknown {sorted(unknown)}")

    def __repr__(self) -> str:
        return f"Statement({self.sql!r})"


class Result(NamedTuple):
    """What a statement gave: its rows, how many it found or changed, and psycopg2's description of their columns."""

    rows: list[tuple[Any, ...]]
    rowcount: int
    description: Any


@lru_cache(maxsize=256)
def statement_of(sql: str) -> Statement:
    """Return the Statement of that SQL; of the same text, the same one. It is planned each time."""
    return Statement(sql, prepared=False)


def reads_only(sql: str) -> bool:
    """Return whether `sql` reads and locks nothing, as far as its words tell."""
    return bool(_READS.match(sql)) and not _WRITES.search(sql)


def _from_text(sql: str, names: set[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "%%"
        names.add(name)
        return match[0]

    return _NAMED.sub(replace, sql)


def _server_side(sql: str, name: str) -> tuple[str, str]:
    """Return what prepares psycopg2's `sql` under `name`, and what executes it then."""
    places: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        if match["name"] is None:
            return "%"
        return f"${places.setdefault(match['name'], len(places) + 1)}"

    prepare = f"PREPARE {name} AS {_NAMED.sub(place, sql)}"
    given = ", ".join(f"%({parameter})s" for parameter in places)
    return prepare, f"EXECUTE {name}({given})" if given else f"EXECUTE {name}"


def _from_query(query: Any, names: set[str]) -> str:
    sql, values = _DIALECT.get_sql_context().sql(query).query()
    remaining = iter(values)
    markers = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal markers
        if match[0] != "%s":
            return "%%"
        markers += 1
        value = next(remaining, None)
        if isinstance(value, Param):
            names.add(value.name)
            return f"%({value.name})s"
        return literal(value).replace("%", "%%")

    compiled = _POSITIONAL.sub(replace, sql)
    if markers != len(values):
        raise ValueError(f"{markers} markers for {len(values)} values in: {sql}")
    return compiled


def literal(value: Any) -> str:
    """Return `value` as SQL. Raises TypeError for what has no literal here: use a Param."""
    for kind, render in _LITERALS:
        if isinstance(value, kind):
            return render(value)
    raise TypeError(f"a {type(value).__name__} has no literal in a Statement: make it a Param")


def _quoted(text: str) -> str:
    if "\0" in text:
        raise ValueError("PostgreSQL's text has no NUL")
    doubled = text.replace("'", "''")
    if "\\" in doubled:
        return " E'" + doubled.replace("\\", "\\\\") + "'"
    return f"'{doubled}'"


def _number(value: int | Decimal) -> str:
    # "- -1" would be a comment without its space.
    return f"({value})" if value < 0 else str(value)


def _timestamp(value: dt.datetime) -> str:
    return _quoted(value.isoformat()) + ("::timestamptz" if value.tzinfo else "::timestamp")


# In this order: a bool is an int too, a datetime a date.
_LITERALS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda _: "NULL"),
    (bool, lambda value: str(value).lower()),
    (int, _number),
    (Decimal, _number),
    (str, _quoted),
    (dt.datetime, _timestamp),
    (dt.date, lambda value: f"'{value.isoformat()}'::date"),
    (uuid.UUID, lambda value: f"'{value}'::uuid"),
    (list, lambda items: "ARRAY[" + ", ".join(map(literal, items)) + "]"),
    (tuple, lambda items: "(" + ", ".join(map(literal, items)) + ")"),
)
