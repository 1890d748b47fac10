"""A year of a small shop's fridge and shelves, ordered for in two ways: by what sells, and by filling up to a level.

    python -m examples.ordering [DAYS]

DAYS is 365 unless given. It runs the very functions behind `POST /api/v1/invoice-requests/proposals` on sales that are
made up, the same in every run: weekdays, a trend, a season, days on which twice as many people come. Nothing is asked
of a shop. docs/stock.md quotes what it prints.
"""

import math
import random
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from app.inventory.proposals.demand import WEEKS, Day, Demand, demand
from app.inventory.proposals.ordering import Deliveries, Position, deliveries, need
from app.product.discounts.schemas import Weekday

BEGIN = date(2025, 1, 1)
WEEKDAYS = get_args(Weekday)
# How busy the days of a week are, from Monday on.
WEEK = (0.8, 0.8, 0.9, 1.0, 1.4, 1.7, 0.4)
LEVELS = (1.0, 1.2, 1.4, 1.6)
"""What is filled up to, as so many times what sold on average until the delivery after next."""


@dataclass(frozen=True)
class Kind:
    """Goods of one kind: what sells on an average day, for how long they keep, the pack, the supplier's days, a year's trend."""

    name: str
    daily: float
    keeps: int | None
    pack: int
    lead: int
    days: tuple[Weekday, ...]
    trend: float = 1.0


KINDS = (
    Kind("bread", 14, 2, 1, 1, ()),
    Kind("berries", 6, 3, 4, 1, ("tuesday", "thursday", "saturday")),
    Kind("salad", 9, 5, 6, 1, ("monday", "wednesday", "friday")),
    Kind("milk", 22, 9, 12, 2, ("monday", "thursday")),
    Kind("yoghurt", 8, 21, 6, 2, ("monday", "thursday"), 1.5),
    Kind("cheese", 2, 30, 6, 3, ("wednesday",)),
    Kind("juice", 5, None, 6, 3, ("wednesday",), 0.7),
    Kind("flour", 1.5, None, 10, 5, ("friday",)),
)

Rule = Callable[["Shelf", date], int]


@dataclass
class Shelf:
    """What there is of one kind, in lots of (quantity, last day), and what has become of it."""

    kind: Kind
    lots: deque[tuple[int, date]] = field(default_factory=deque)
    coming: list[tuple[date, int]] = field(default_factory=list)
    days: dict[date, Day] = field(default_factory=dict)
    asked: int = 0
    sold: int = 0
    wasted: int = 0
    stood: int = 0

    @property
    def on_hand(self) -> int:
        """What stands on the shelf."""
        return sum(quantity for quantity, _ in self.lots)

    def live(self, today: date, wanted: int, order: Rule) -> None:
        """Order in the morning, take what comes, sell what is wanted, and throw away in the evening what expires."""
        ordered = order(self, today)
        if ordered:
            self.coming.append((self.next(today).first, ordered))
        came = sum(quantity for day, quantity in self.coming if day == today)
        self.coming = [(day, quantity) for day, quantity in self.coming if day > today]
        if came:
            keeps = 10_000 if self.kind.keeps is None else self.kind.keeps
            self.lots.append((came, today + timedelta(days=keeps - 1)))
        sold = self._take(wanted)
        wasted = 0
        while self.lots and self.lots[0][1] <= today:
            wasted += self.lots.popleft()[0]
        self.days[today] = Day(Decimal(sold), Decimal(came - sold - wasted))
        self.asked, self.sold = self.asked + wanted, self.sold + sold
        self.wasted, self.stood = self.wasted + wasted, self.stood + self.on_hand

    def next(self, today: date) -> Deliveries:
        """Return the next two deliveries."""
        return deliveries(today, self.kind.lead, self.kind.days)

    def position(self, today: date, level: int = 0) -> Position:
        """Return how it stands, with a reorder level."""
        first, kind = self.next(today).first, self.kind
        on_order = sum(quantity for _, quantity in self.coming)
        due = sum(quantity for day, quantity in self.coming if day < first)
        return Position(
            available=Decimal(self.on_hand),
            on_order=Decimal(on_order),
            due=Decimal(due),
            reorder_level=Decimal(level),
            pack=Decimal(kind.pack),
            shelf_life_days=kind.keeps,
        )

    def sells(self, today: date) -> Demand:
        """Return what sells, by the last weeks."""
        since = today - timedelta(days=7 * WEEKS)
        recent = {day: found for day, found in self.days.items() if day >= since}
        return demand(today, Decimal(self.on_hand), recent)

    def _take(self, wanted: int) -> int:
        sold = 0
        while self.lots and sold < wanted:
            quantity, last = self.lots.popleft()
            taken = min(quantity, wanted - sold)
            sold += taken
            if taken < quantity:
                self.lots.appendleft((quantity - taken, last))
        return sold


def by_sales(shelf: Shelf, today: date) -> int:
    """Order what is proposed, once there are some weeks to go by; by the level of an average week before that."""
    if len(shelf.days) < 7 * WEEKS:
        return filling(1.4)(shelf, today)
    return int(need(shelf.position(today), shelf.sells(today), today, shelf.next(today)).quantity)


def filling(times: float) -> Rule:
    """Return the rule that fills up to a level: so many times what sells until the delivery after next, on the average of a year."""

    def order(shelf: Shelf, today: date) -> int:
        kind = shelf.kind
        days = kind.lead + 7 / (len(kind.days) or 7)
        level = math.ceil(times * kind.daily * days)
        nothing = Demand([Decimal(0)] * 7, Decimal(0), 0, 0)
        coming = shelf.next(today)
        return int(
            need(shelf.position(today, level), nothing, today, coming, "reorder_level").quantity
        )

    return order


def wanted(kind: Kind, days: int, seed: int) -> Iterator[tuple[date, int]]:
    """Yield the days and what would be bought on each if it was there: the same for the same seed."""
    dice = random.Random(f"{kind.name} {seed}")  # noqa: S311 - made up, and the same each time
    for number in range(days):
        today = BEGIN + timedelta(days=number)
        season = 1 + 0.15 * math.sin(2 * math.pi * number / 365)
        crowd = 2 if dice.random() < 0.03 else 1
        mean = kind.daily * WEEK[today.weekday()] * season * crowd * kind.trend ** (number / 365)
        yield today, _poisson(dice, mean)


def _poisson(dice: random.Random, mean: float) -> int:
    bound, found, product = math.exp(-mean), 0, dice.random()
    while product > bound:
        found += 1
        product *= dice.random()
    return found


@dataclass(frozen=True)
class Result:
    """What a rule comes to: parts of what was delivered that was thrown away and of what was wanted that was not there."""

    waste: float
    missed: float
    stock: float


def run(rule: Rule, days: int = 365, kinds: tuple[Kind, ...] = KINDS, seed: int = 1) -> Result:
    """Return what becomes of a shop that orders by a rule, behind the weeks that are needed to know what sells."""
    shelves = [_lived(kind, rule, days, seed) for kind in kinds]
    sold, wasted = sum(s.sold for s in shelves), sum(s.wasted for s in shelves)
    asked, stood = sum(s.asked for s in shelves), sum(s.stood for s in shelves)
    return Result(wasted / (sold + wasted), 1 - sold / asked, stood / days)


def _lived(kind: Kind, rule: Rule, days: int, seed: int) -> Shelf:
    shelf, warm = Shelf(kind), 7 * WEEKS
    for number, (today, pieces) in enumerate(wanted(kind, days + warm, seed)):
        if number == warm:
            shelf.asked = shelf.sold = shelf.wasted = shelf.stood = 0
        shelf.live(today, pieces, rule)
    return shelf


def main(days: int) -> None:
    """Print what both ways come to."""
    rules: dict[str, Rule] = {f"filled up to {times}": filling(times) for times in LEVELS}
    print(f"{'':20}{'thrown away':>14}{'not there':>14}{'on the shelf':>14}")
    for name, rule in {"by what sells": by_sales, **rules}.items():
        found = run(rule, days)
        print(f"{name:20}{found.waste:>14.1%}{found.missed:>14.1%}{found.stock:>14.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 365)
