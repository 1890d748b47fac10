"""The statements that are alike for all things with a code; PostgreSQL makes the JSON."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement


def read_by_code(table: str, json: str) -> Statement:
    """Return the statement that reads (JSON, version) of a row of `table` by its code."""
    return Statement(f"SELECT {json}, t.version FROM {table} t WHERE t.code = %(code)s", read=True)


def page_by_name(table: str, json: str, *, first: bool) -> Statement:
    """Return the statement for a page of (JSON, sort key, id) by name, the first or a later one."""
    behind = "" if first else "AND (plain_text(t.name), t.id) > (%(after_key)s, %(after_id)s)"
    return Statement(
        f"""
        SELECT {json}, plain_text(t.name), t.id FROM {table} t
        WHERE t.active = %(active)s {behind}
        ORDER BY plain_text(t.name), t.id
        LIMIT %(limit)s
        """,
        read=True,
    )


def lock_by_code(table: str, columns: str) -> Statement:
    """Return the statement that locks a row and reads (id, version, the `columns` of it)."""
    return Statement(
        f"SELECT t.id, t.version, {columns} FROM {table} t"
        " WHERE t.code = %(code)s FOR NO KEY UPDATE OF t",
        read=False,
    )


def unknown_codes(table: str) -> Statement:
    """Return the statement that reads (place, counted from 0) of those codes that no row of `table` has."""
    return Statement(
        f"""
        SELECT w.place::int - 1 FROM unnest(%(codes)s::text[]) WITH ORDINALITY AS w (code, place)
        WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.code = w.code)
        ORDER BY w.place
        """,
        read=True,
    )


def id_by_code(table: str) -> Statement:
    """Return the statement that reads the id of the row of `table` with a code."""
    return Statement(f"SELECT id FROM {table} WHERE code = %(code)s", read=True)
