"""What a checked file changes, written in short transactions.

Each batch is one of about a quarter of a second, so that nobody waits longer for what it holds. It waits no longer
than LOCK_MILLISECONDS itself, then gives all up and tries again: two that wait for each other are never the other's
loss. What was written when something ends it is whole and stays; the same file takes up the rest.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TypeVar

import click
import psycopg2
from psycopg2 import errors, extensions

from app.commands.sheets.checking import Advance, Line
from app.commands.sheets.plans.articles import Offers, OfProduct
from app.commands.sheets.plans.catalogue import Change, Plan
from app.commands.sheets.plans.opening import Opening
from app.commands.sheets.plans.people import People
from app.commands.sheets.plans.prices import Repricings
from app.commands.sheets.sheet import Sheet
from app.commands.sheets.statements import articles, catalogue, opening, people, prices
from app.commands.sheets.statements.staging import MeanwhileError

Item = TypeVar("Item")
Put = Callable[[extensions.cursor, Sequence[Item]], None]

# Seconds that a batch should take, and how many things are in the first and in the largest one.
_BATCH_SECONDS = 0.25
_FIRST, _LARGEST = 50, 2000
LOCK_MILLISECONDS = 300
# Seconds that others may keep a batch from being written, and between two attempts.
_PATIENCE, _PAUSE = 30.0, 0.3

_IN_THE_WAY = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    extensions.QueryCanceledError,
)
_CHANGED = (
    MeanwhileError,
    errors.UniqueViolation,
    errors.ForeignKeyViolation,
    errors.CheckViolation,
    errors.NotNullViolation,
)


class StoppedError(click.ClickException):
    """Others were in the way, or changed what the file was compared with. The sentence says which."""


class Writer:
    """Writes to the database of a connection; `advance` is told of each number of rows that is committed."""

    def __init__(self, connection: extensions.connection, advance: Advance) -> None:
        self._connection = connection
        self._advance = advance
        self._size = _FIRST

    def write(self, sheet: Sheet, plan: Plan) -> None:
        """Write what `plan` says. Raises StoppedError, and psycopg2's errors."""

        def create(cursor: extensions.cursor, lines: Sequence[Line]) -> None:
            catalogue.create(cursor, sheet, lines)

        def change(cursor: extensions.cursor, changes: Sequence[Change]) -> None:
            catalogue.change(cursor, sheet, changes)

        for step in plan.steps:
            self._in_batches(step.changed, change)
            self._in_batches(step.created, create)

    def receive(self, lots: Opening) -> None:
        """Receive opening stock; all lots of a product at once, or else the rest would be skipped afterwards.

        Raises as write() does.
        """
        self._in_batches(lots.lots, opening.receive, len)

    def plan_prices(self, repricings: Repricings) -> None:
        """Plan prices of days to come, all of a product at once. Raises as write() does."""
        self._in_batches(repricings.changed, prices.plan_prices, lambda one: len(one.lines))

    def offer(self, offers: Offers) -> None:
        """Say how suppliers sell products, all of a product at once: one supplier of it is preferred. Raises as write() does."""

        def put(cursor: extensions.cursor, products: Sequence[OfProduct]) -> None:
            articles.offer(cursor, products, offers.columns)

        self._in_batches(offers.products, put, len)

    def open_accounts(self, customers: People, password_hash: str) -> None:
        """Open an account for each customer who has none. Raises as write() does."""

        def put(cursor: extensions.cursor, lines: Sequence[Line]) -> None:
            people.open_accounts(cursor, lines, password_hash)

        self._in_batches(customers.new, put)

    def _in_batches(
        self,
        items: Sequence[Item],
        put: Put[Item],
        rows: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        place = 0
        tried_since = time.monotonic()
        while place < len(items):
            batch = items[place : place + self._size]
            started = time.monotonic()
            try:
                self._put(batch, put)
            except _IN_THE_WAY as error:
                if started - tried_since > _PATIENCE:
                    raise StoppedError(
                        f"Others held what was to be written for more than {_PATIENCE:.0f} s."
                    ) from error
                self._size = max(self._size // 2, 1)
                time.sleep(_PAUSE)
                continue
            except _CHANGED as error:
                raise StoppedError(
                    "The shop was changed while the file was being written, and does not fit to it any more."
                ) from error
            place += len(batch)
            tried_since = time.monotonic()
            self._fit(tried_since - started)
            self._advance(sum(map(rows, batch)))

    def _put(self, batch: Sequence[Item], put: Put[Item]) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")
            put(cursor, batch)

    def _fit(self, seconds: float) -> None:
        """Make the next batch as large as fits into its time, and at most twice as large as this one."""
        wanted = self._size * min(max(_BATCH_SECONDS / max(seconds, 0.001), 0.25), 2)
        self._size = min(max(int(wanted), 1), _LARGEST)


@contextmanager
def writer(url: str, advance: Advance) -> Iterator[Writer]:
    """Give a Writer to the database of `url`."""
    with closing(psycopg2.connect(url)) as connection:
        yield Writer(connection, advance)
