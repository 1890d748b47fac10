"""Customers whom the shop had before."""

from collections.abc import Sequence

from psycopg2 import extensions

from app.commands.sheets.checking import Line
from app.commands.sheets.statements.staging import copy


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
    copy(cursor, {name: name for name in names}, [line.values for line in people])
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
