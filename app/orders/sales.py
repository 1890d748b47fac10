"""How the shop does, in numbers for Prometheus: purchases and their value."""

from decimal import Decimal
from functools import partial
from typing import Literal

from prometheus_client import Counter

from app.core.database import Manager
from app.core.telemetry.metrics import PROBLEMS

Event = Literal["placed", "collected", "cancelled"]

PURCHASES = Counter("purchases", "Purchases that were placed, collected, cancelled.", ("event",))
VALUE = Counter("purchases_value", "What they cost, in money.", ("event", "currency"))
# There from the start, with 0, as is what follows: a rate over a series whose first value is 1 misses that one.
for _code in ("out_of_stock", "too_many_guests", "unpaid_purchases", "held_by_guests"):
    PROBLEMS.labels(_code)


class Sales:
    """Counts what becomes of purchases, in the shop's `currency`."""

    def __init__(self, manager: Manager, currency: str) -> None:
        self._manager = manager
        events: tuple[Event, ...] = ("placed", "collected", "cancelled")
        self._counters = {
            event: (PURCHASES.labels(event), VALUE.labels(event, currency)) for event in events
        }

    def note(self, event: Event, total: Decimal) -> None:
        """Count a purchase that costs `total`, if the transaction under way is committed."""
        self._manager.after_commit(partial(self.count, event, total))

    def count(self, event: Event, total: Decimal) -> None:
        """Count a purchase that costs `total`, of which the database knows for good."""
        purchases, value = self._counters[event]
        purchases.inc()
        # A counter is a float, and only grows; it is for curves, and the books are in the database.
        value.inc(max(float(total), 0))
