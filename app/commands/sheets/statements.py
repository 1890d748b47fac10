"""The SQL that writes a batch of a file, by way of the table `incoming`, which lives for one transaction.

The audit log gets what the API's services write there for the same change.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2 import extensions

from app.commands.sheets.checking import Line
from app.commands.sheets.columns import Column
from app.commands.sheets.kinds import PRICES, STOCK
from app.commands.sheets.plans.catalogue import Change
from app.commands.sheets.plans.opening import Lots
from app.commands.sheets.plans.prices import Repricing
from app.commands.sheets.sheet import Sheet
from app.core.web.json import dumps

# S608 below: all of this SQL is made of the names in kinds.py.

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class MeanwhileError(Exception):
    """Somebody changed what the file was compared with, before it was written."""


def create(cursor: extensions.cursor, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Add rows. Raises MeanwhileError, and psycopg2's errors."""
    columns = sheet.columns
    _stage(cursor, sheet, columns, [line.values for line in lines])
    stored = ", ".join(column.stored for column in columns)
    detail = ", ".join(f"'{c.name}', {_json(c, 'i')}" for c in columns if c.name != sheet.key)
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
    _stage(cursor, sheet, [*sheet.named([sheet.key]), *columns], rows)
    cursor.execute(
        f"SELECT FROM {sheet.table} t JOIN incoming i USING (code) ORDER BY t.id FOR NO KEY UPDATE OF t"
    )
    if cursor.rowcount != len(changes):
        raise MeanwhileError
    # What follows are statements of their own, which see what the locks were waited for.
    values = ", ".join(f"('{c.name}', {_json(c, 't')}, {_json(c, 'i')})" for c in columns)
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


def receive(cursor: extensions.cursor, products: Sequence[Lots]) -> None:
    """Receive opening stock. Raises MeanwhileError, also if a product has got stock, and psycopg2's errors."""
    lots = [lot.values for of_product in products for lot in of_product]
    _stage(cursor, STOCK, [c for c in STOCK.columns if c.name not in STOCK.only_in], lots)
    # Levels first, in the order in which everybody locks them.
    cursor.execute(
        """
        SELECT FROM stock_level WHERE product_id IN (SELECT product_id FROM incoming)
        ORDER BY product_id FOR UPDATE
        """
    )
    cursor.execute(
        """
        WITH given AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('stock', 'id')) AS id, i.* FROM (
                SELECT * FROM incoming i
                WHERE NOT EXISTS (SELECT FROM stock_movement m WHERE m.product_id = i.product_id)
                ORDER BY i.place
            ) i
        ), lot AS (
            INSERT INTO stock (id, product_id, supplier_id, unit_cost, expires_on) OVERRIDING SYSTEM VALUE
            SELECT id, product_id, supplier_id, unit_cost, expires_on FROM given
        )
        INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason)
        SELECT 'receipt', product_id, id, on_hand, 'opening stock' FROM given ORDER BY id
        """
    )
    if cursor.rowcount != len(lots):
        raise MeanwhileError


def plan_prices(cursor: extensions.cursor, repricings: Sequence[Repricing]) -> None:
    """Have products listed at these prices from these days on, and at no others. Raises as receive() does.

    What is due, and waits for the first request of the day, stays.
    """
    _stage(
        cursor, PRICES, PRICES.columns, [line.values for one in repricings for line in one.lines]
    )
    cursor.execute(
        """
        SELECT FROM product WHERE id IN (SELECT product_id FROM incoming)
        ORDER BY id FOR NO KEY UPDATE
        """
    )
    cursor.execute(
        """
        WITH dropped AS (
            DELETE FROM coming_price c USING (SELECT DISTINCT product_id FROM incoming) p
            WHERE c.product_id = p.product_id AND c.starts_on > CURRENT_DATE AND NOT EXISTS (
                SELECT FROM incoming i WHERE (i.product_id, i.starts_on) = (c.product_id, c.starts_on))
        ), planned AS (
            INSERT INTO coming_price AS c (product_id, starts_on, price)
            SELECT product_id, starts_on, price FROM incoming
            ON CONFLICT (product_id, starts_on) DO UPDATE SET price = EXCLUDED.price, login_id = NULL
            WHERE c.price <> EXCLUDED.price
        )
        INSERT INTO audit_log (action, subject, detail)
        SELECT 'product.prices_planned', 'product:' || product, jsonb_object_agg(starts_on, price::text)
        FROM incoming GROUP BY product ORDER BY min(place)
        """
    )


def open_accounts(cursor: extensions.cursor, people: Sequence[Line], password_hash: str) -> None:
    """Open customers' accounts. Raises psycopg2's errors.

    The audit log gets no personal values: it is for ever, and people may ask to be forgotten.
    """
    cursor.execute(
        """
        CREATE TEMP TABLE incoming ON COMMIT DROP AS
        SELECT 0 AS place, l.email, c.name, c.phone, c.address, l.active
        FROM customer c JOIN login l ON l.id = c.login_id WITH NO DATA
        """
    )
    names = ("email", "name", "phone", "address", "active")
    _copy(cursor, {name: name for name in names}, [line.values for line in people])
    cursor.execute(
        """
        WITH opened AS (
            INSERT INTO login (email, password_hash, role, active)
            SELECT email, %s, 'customer', active FROM incoming ORDER BY place
            RETURNING id, email
        ), customers AS (
            INSERT INTO customer (login_id, name, phone, address)
            SELECT o.id, i.name, i.phone, i.address FROM incoming i JOIN opened o USING (email) ORDER BY i.place
            RETURNING id
        )
        INSERT INTO audit_log (action, subject, detail)
        SELECT 'customer.created', 'customer:' || id, '{}' FROM customers ORDER BY id
        """,
        (password_hash,),
    )


def _stage(
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
    _copy(cursor, {c.name: c.name if c.refers else c.stored for c in columns}, rows)
    if codes:
        _find(cursor, codes)


def _copy(
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


def _json(column: Column, row: str) -> str:
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
