"""Customers whom the shop had before: for whom a file would open an account. Nothing is written here."""

from dataclasses import dataclass

from psycopg2 import extensions

from app.commands.sheets.checking import Content, Line
from app.commands.sheets.faults import SheetError


@dataclass(frozen=True, slots=True)
class People:
    """Who gets an account, and who is left alone, as they have one: customers keep their records themselves."""

    new: list[Line]
    known: list[Line]


def compare_people(cursor: extensions.cursor, content: Content) -> People:
    """Return who of a file has no account yet. Raises SheetError with all that is wrong."""
    if content.faults:
        raise SheetError(content.faults)
    cursor.execute(
        "SELECT given.email FROM unnest(%s::text[]) AS given (email)"
        " WHERE EXISTS (SELECT FROM login l WHERE lower(l.email) = lower(given.email))",
        ([line.values["email"] for line in content.lines],),
    )
    known = {email for (email,) in cursor.fetchall()}
    return People(
        [line for line in content.lines if line.values["email"] not in known],
        [line for line in content.lines if line.values["email"] in known],
    )
