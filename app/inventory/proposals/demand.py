"""What of a product sells on a day, by what sold. Pure, on Decimals and dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WEEKS = 8
"""How far back sales are looked at."""

_FEW = 2
_WEEK = 7
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Day:
    """What sold on a day, less what was brought back, and by how much the stock changed in all."""

    sold: Decimal
    change: Decimal


@dataclass(frozen=True, slots=True)
class Demand:
    """What sells on each weekday, from Monday on, and by how much a day is off that, as a standard deviation.

    `counted` days say so; on as many as `without` there was nothing left in the evening, and they say nothing.
    """

    weekdays: Sequence[Decimal]
    deviation: Decimal
    counted: int
    without: int

    def between(self, start: date, end: date) -> Decimal:
        """Return what will sell from `start` on, up to the day before `end`."""
        days = range(max((end - start).days, 0))
        return sum((self.weekdays[(start.weekday() + day) % _WEEK] for day in days), _NOTHING)


def demand(today: date, on_hand: Decimal, days: Mapping[date, Day]) -> Demand:
    """Return what sells of a product of which so much is on hand, by its last weeks up to yesterday.

    `days` are those on which anything changed, today included. What was there in the evening of each follows from what
    is on hand now.
    """
    still = Day(_NOTHING, _NOTHING)
    evening = on_hand - days.get(today, still).change
    sold: list[tuple[int, Decimal]] = []
    for back in range(1, WEEKS * _WEEK + 1):
        day = today - timedelta(days=back)
        found = days.get(day, still)
        if evening > 0:
            sold.append((day.weekday(), found.sold))
        evening -= found.change
    every = _mean([quantity for _, quantity in sold])
    weekdays = [_of_weekday(weekday, sold, every) for weekday in range(_WEEK)]
    off = [(quantity - weekdays[weekday]) ** 2 for weekday, quantity in sold]
    deviation = (sum(off, _NOTHING) / max(len(off) - 1, 1)).sqrt()
    return Demand(weekdays, deviation, len(sold), WEEKS * _WEEK - len(sold))


def _of_weekday(weekday: int, sold: Sequence[tuple[int, Decimal]], every: Decimal) -> Decimal:
    """Return what sells on a weekday: what does on any day, if few of them say otherwise."""
    own = [quantity for other, quantity in sold if other == weekday]
    return every if len(own) < _FEW else _mean(own)


def _mean(quantities: Sequence[Decimal]) -> Decimal:
    mean = sum(quantities, _NOTHING) / max(len(quantities), 1)
    return max(mean, _NOTHING)
