"""A batch of a file in the table `incoming`, which lives for one transaction."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2 import extensions

from app.commands.sheets.columns import Column
from app.commands.sheets.sheet import Sheet
from app.core.web.json import dumps

# S608 below: all of this SQL is made of the names in kinds.py and buying.py.

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class MeanwhileError(Exception):
    """Somebody changed what the file was compared with, before it was written."""


def stage(
    cursor: extensions.cursor,
    sheet: Sheet,
    columns: Iterable[Column],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Make `incoming` of rows: their place, the table's own columns, and the codes that become ids."""
    columns = list(columns)
    codes = [column for column in columns if column.refers]
    typed = [f"t.{c.stored}" for c in columns] + [f"''::text AS {c.name}" for c in codes]
    # For one transaction, because behind a pooler the next one may be in another session.
    cursor.execute(
        f"""
        CREATE TEMP TABLE incoming ON COMMIT DROP AS
        SELECT 0 AS place, {", ".join(typed)} FROM {sheet.table} t WITH NO DATA
        """  # noqa: S608 - as above
    )
    copy(cursor, {c.name: c.name if c.refers else c.stored for c in columns}, rows)
    if codes:
        _find(cursor, codes)


def copy(
    cursor: extensions.cursor, places: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Fill `incoming` with rows of values; `places` are its columns, by the values' names."""
    lines = (
        "\t".join([str(place), *(_copied(row[name]) for name in places)]) + "\n"
        for place, row in enumerate(rows)
    )
    columns = ", ".join(["place", *places.values()])
    cursor.copy_expert(f"COPY incoming ({columns}) FROM STDIN", io.StringIO("".join(lines)))


def _find(cursor: extensions.cursor, codes: Iterable[Column]) -> None:
    ids = ", ".join(
        f"{c.stored} = (SELECT r.id FROM {c.refers} r WHERE r.code = i.{c.name})"  # noqa: S608 - as above
        for c in codes
    )
    gone = " OR ".join(f"({c.name} IS NOT NULL AND {c.stored} IS NULL)" for c in codes)
    cursor.execute(f"UPDATE incoming i SET {ids}")  # noqa: S608 - as above
    cursor.execute(f"SELECT FROM incoming WHERE {gone} LIMIT 1")
    if cursor.rowcount:
        raise MeanwhileError


def as_json(column: Column, row: str) -> str:
    """Return SQL for a value as the audit log has it: decimals and dates as text."""
    return (
        f"to_jsonb({column.of(row)}{'' if column.form == 'flag' or column.notation else '::text'})"
    )


def _copied(value: object) -> str:
    """Return a value as COPY's text format has it."""
    match value:
        case None:
            return "\\N"
        case str():
            return value.translate(_ESCAPES)
        case list() | dict():
            return dumps(value).decode().translate(_ESCAPES)
        case Decimal():
            return format(value, "f")
        case bool() | int() | date():
            return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a file")
