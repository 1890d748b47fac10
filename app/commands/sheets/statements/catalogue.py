"""Rows of the catalogue: those that are new, and what differs of the others."""

from collections.abc import Sequence

from psycopg2 import extensions

from app.commands.sheets.checking import Line
from app.commands.sheets.plans.catalogue import Change
from app.commands.sheets.sheet import Sheet
from app.commands.sheets.statements.staging import MeanwhileError, as_json, stage

# S608 below: all of this SQL is made of the names in kinds.py and buying.py.


def create(cursor: extensions.cursor, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Add rows. Raises MeanwhileError, and psycopg2's errors."""
    columns = sheet.columns
    stage(cursor, sheet, columns, [line.values for line in lines])
    stored = ", ".join(column.stored for column in columns)
    detail = ", ".join(f"'{c.name}', {as_json(c, 'i')}" for c in columns if c.name not in sheet.key)
    cursor.execute(
        f"""
        INSERT INTO {sheet.table} ({stored}) SELECT {stored} FROM incoming ORDER BY place;
        INSERT INTO audit_log (action, subject, detail)
        SELECT '{sheet.table}.created', '{sheet.table}:' || i.code, jsonb_build_object({detail})
        FROM incoming i ORDER BY i.place
        """  # noqa: S608 - as above
    )


def change(cursor: extensions.cursor, sheet: Sheet, changes: Sequence[Change]) -> None:
    """Set what differs, and nothing else. Raises MeanwhileError, and psycopg2's errors."""
    columns = sheet.named({name for change in changes for name in change.old})
    rows = [change.line.values for change in changes]
    stage(cursor, sheet, [*sheet.named(sheet.key), *columns], rows)
    cursor.execute(
        f"SELECT FROM {sheet.table} t JOIN incoming i USING (code) ORDER BY t.id FOR NO KEY UPDATE OF t"
    )
    if cursor.rowcount != len(changes):
        raise MeanwhileError
    # What follows are statements of their own, which see what the locks were waited for.
    values = ", ".join(f"('{c.name}', {as_json(c, 't')}, {as_json(c, 'i')})" for c in columns)
    cursor.execute(
        f"""
        INSERT INTO audit_log (action, subject, detail)
        SELECT '{sheet.table}.' || CASE d.detail #>> '{{active,new}}' WHEN 'false' THEN 'withdrawn' ELSE 'updated' END,
            '{sheet.table}:' || i.code, d.detail
        FROM incoming i JOIN {sheet.table} t USING (code)
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(v.name, jsonb_build_object('old', v.old, 'new', v.new)) AS detail
            FROM (VALUES {values}) v (name, old, new) WHERE v.old IS DISTINCT FROM v.new
        ) d
        WHERE d.detail IS NOT NULL ORDER BY i.place
        """  # noqa: S608 - as above
    )
    stored = [column.stored for column in columns]
    cursor.execute(
        f"""
        UPDATE {sheet.table} t SET {", ".join(f"{name} = i.{name}" for name in stored)}
        FROM incoming i
        WHERE i.code = t.code AND
            ({" OR ".join(f"t.{name} IS DISTINCT FROM i.{name}" for name in stored)})
        """  # noqa: S608 - as above
    )
