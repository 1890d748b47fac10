"""Many rows at once: without the indexes, foreign keys and triggers that each row would pay for, which come back after them."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import extensions, sql

Cursor = extensions.cursor

_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i
    WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS (
        SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])
"""


@contextmanager
def transaction(owner_url: str) -> Iterator[Cursor]:
    """Give a cursor of the role that owns the tables; what it did is committed if the block ends well."""
    with (
        closing(psycopg2.connect(owner_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        yield cursor


@contextmanager
def unburdened(cursor: Cursor, tables: Sequence[str]) -> Iterator[None]:
    """Take the indexes and foreign keys off these tables until the block ends.

    Those of constraints stay. All are made again as they were, which checks every row against the foreign keys. It is
    for one transaction: if that fails, nothing was ever gone.
    """
    cursor.execute(_INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    cursor.execute(_FOREIGN_KEYS, [list(tables)])
    keys = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table, name, _ in keys:
        drop = sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}}")
        cursor.execute(drop.format(sql.Identifier(name)))
    yield
    # Deferred checks of rows that are new would be in the way of changing their tables.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        add = sql.SQL(f"ALTER TABLE {table} ADD CONSTRAINT {{}} {definition}")
        cursor.execute(add.format(sql.Identifier(name)))


@contextmanager
def untriggered(cursor: Cursor, table: str) -> Iterator[None]:
    """Switch the triggers of a table off until the block ends; whoever does this does their work instead."""
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def settle(owner_url: str) -> None:
    """Leave the database as autovacuum would, in time: statistics of what is there, and no dead rows."""
    with closing(psycopg2.connect(owner_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
