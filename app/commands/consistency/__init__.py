"""What must be true of the tables at every moment, as queries that return the rows for which it is not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2 import extensions

from app.commands.consistency import (
    catalogue,
    documents,
    figures,
    picking,
    sales,
    stock,
    tills,
)
from app.commands.consistency import (
    counts as counting,
)

RULES = (
    *catalogue.RULES,
    *stock.RULES,
    *counting.RULES,
    *sales.RULES,
    *picking.RULES,
    *tills.RULES,
    *documents.RULES,
    *figures.RULES,
)

COUNTS = """
    SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM stock), (SELECT count(*) FROM stock_movement),
        (SELECT count(*) FROM purchase), (SELECT count(*) FROM payment)
"""


@dataclass(frozen=True, slots=True)
class Breach:
    """A row that breaks a rule."""

    rule: str
    row: str
    detail: str


@contextmanager
def snapshot(url: str) -> Iterator[extensions.cursor]:
    """Give a cursor that sees the database of `url` at one moment, and cannot write."""
    with closing(psycopg2.connect(url)) as connection:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with connection.cursor() as cursor:
            # The rules read every row there is: the limits of a request are not for them. LOCAL, because
            # a pooler gives the session to others afterwards.
            cursor.execute("SET LOCAL statement_timeout = 0")
            yield cursor


def breaches(cursor: extensions.cursor) -> list[Breach]:
    """Return every row that breaks a rule; an empty list is a consistent shop."""
    found = []
    for rule in RULES:
        cursor.execute(rule.query)
        found += [Breach(rule.name, row, detail) for row, detail in cursor.fetchall()]
    return found


def counts(cursor: extensions.cursor) -> tuple[int, ...]:
    """Return how many products, lots, movements, purchases and payments there are."""
    cursor.execute(COUNTS)
    return cursor.fetchone() or ()
