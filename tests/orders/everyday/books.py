"""What the books of a small shop must say after all that happened in it: sums on Decimals, without a database.

Prices are worked out anew in here, as a shopper would with pencil and paper: nothing is asked of the shop.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
WAITING = ("placed", "picking", "ready")


def rounded(amount: Decimal) -> Decimal:
    """Return an amount in whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Good:
    """What the shop sells: at a price for a unit, with a deposit on a piece, or `buy` pieces for the price of `pay`."""

    code: str
    unit: str
    price: Decimal
    deposit: Decimal = NOTHING
    deposit_code: str = ""
    buy: int | None = None
    pay: int = 0

    def cost(self, quantity: Decimal) -> Decimal:
        """Return what so much of it costs, without the deposit."""
        if not quantity:
            return NOTHING
        if self.buy is None:
            return max(rounded(quantity * self.price), CENT)
        groups, left = divmod(quantity, self.buy)
        return rounded((groups * self.pay + left) * self.price)


@dataclass
class Line:
    """So much of a good in a purchase, what it costs, and what of both came back; or what came `instead` of another."""

    good: Good
    quantity: Decimal
    cost: Decimal
    instead: bool = False
    back: Decimal = Decimal(0)
    credited: Decimal = NOTHING
    ordered: Decimal = field(init=False)
    ordered_cost: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.ordered, self.ordered_cost = self.quantity, self.cost

    @property
    def total(self) -> Decimal:
        """What is charged for it, with the deposit on it."""
        return self.cost + self.quantity * self.good.deposit

    @property
    def missing(self) -> Decimal:
        """What is not charged of what was ordered."""
        return self.ordered_cost + self.ordered * self.good.deposit - self.total

    def comes(self, quantity: Decimal) -> None:
        """Note that so much came: what lacks makes nothing dearer."""
        part = rounded(self.ordered_cost * quantity / self.ordered)
        self.quantity, self.cost = quantity, self.good.cost(quantity)
        if self.good.buy and quantity < self.ordered:
            self.cost = min(self.cost, part)

    def due(self, quantity: Decimal) -> Decimal:
        """Return what is given back for so much more of it."""
        part = rounded(self.cost * (self.back + quantity) / self.quantity)
        return min(part - rounded(self.cost * self.back / self.quantity), self.cost - self.credited)


@dataclass
class Bought:
    """A purchase by its path, with its lines of goods by their ids, and the worth of bottles that were given back for it."""

    path: str
    lines: dict[int, Line]
    status: str = "placed"
    paid: Decimal = NOTHING
    bottles: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """What it costs, deposits included."""
        return sum((each.total for each in self.lines.values()), -self.bottles)

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return max(self.total - self.paid, NOTHING)

    @property
    def owed(self) -> Decimal:
        """What was paid too much."""
        return max(self.paid - self.total, NOTHING)


@dataclass
class Books:
    """On hand and promised by good, the purchases, and the cash in the drawer."""

    on_hand: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    promised: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    purchases: list[Bought] = field(default_factory=list)
    drawer: Decimal = NOTHING

    def those(self, *statuses: str) -> list[Bought]:
        """Return the purchases that are in one of these states."""
        return [each for each in self.purchases if each.status in statuses]

    def place(self, made: Bought) -> None:
        """Note a purchase, and promise what is in it."""
        self.purchases.append(made)
        self.promise(made, 1)

    def end(self, purchase: Bought, status: str) -> None:
        """Note that a purchase was collected, and its goods are gone, or cancelled, and they are free."""
        self.promise(purchase, -1)
        purchase.status = status
        if status == "collected":
            for line in purchase.lines.values():
                self.on_hand[line.good.code] -= line.quantity

    def pick(
        self, purchase: Bought, came: Mapping[int, Decimal], instead: Mapping[int, Line]
    ) -> None:
        """Note what came of a purchase's lines, and what came instead of some."""
        self.promise(purchase, -1)
        purchase.lines = {
            number: line for number, line in purchase.lines.items() if not line.instead
        }
        for number, quantity in came.items():
            purchase.lines[number].comes(quantity)
        purchase.lines |= instead
        purchase.status = "ready"
        self.promise(purchase, 1)

    def promise(self, purchase: Bought, sign: int) -> None:
        """Promise, or below 0 free, what is in a purchase."""
        for line in purchase.lines.values():
            self.promised[line.good.code] += sign * line.quantity
