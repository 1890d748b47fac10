"""What the books of a small shop must say after all that happened in it: sums on Decimals, without a database.

Prices are worked out anew in here, as a shopper would with pencil and paper: nothing is asked of the shop.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


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
    buy: int | None = None
    pay: int = 0

    def cost(self, quantity: Decimal) -> Decimal:
        """Return what so much of it costs, without the deposit."""
        if self.buy is None:
            return rounded(quantity * self.price)
        groups, left = divmod(quantity, self.buy)
        return rounded((groups * self.pay + left) * self.price)

    def on_bottles(self, quantity: Decimal) -> Decimal:
        """Return the deposit on so many pieces."""
        return quantity * self.deposit


@dataclass
class Line:
    """So much of a good in a purchase, what it costs, and what of both came back."""

    good: Good
    quantity: Decimal
    cost: Decimal
    back: Decimal = Decimal(0)
    credited: Decimal = NOTHING

    def due(self, quantity: Decimal) -> Decimal:
        """Return what is given back for so much more of it."""
        part = rounded(self.cost * (self.back + quantity) / self.quantity)
        return min(part - rounded(self.cost * self.back / self.quantity), self.cost - self.credited)


@dataclass
class Bought:
    """A purchase: by its path, with its lines of goods by their ids."""

    path: str
    lines: dict[int, Line]
    status: str = "placed"
    paid: Decimal = NOTHING
    methods: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def total(self) -> Decimal:
        """What it costs, deposits included."""
        return sum(
            (each.cost + each.good.on_bottles(each.quantity) for each in self.lines.values()),
            NOTHING,
        )

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return max(self.total - self.paid, NOTHING)

    def takes(self, amount: Decimal, method: str) -> None:
        """Note a payment, or below 0 what is given back."""
        self.paid += amount
        self.methods[method] += amount


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
        self._promise(made, 1)

    def end(self, purchase: Bought, status: str) -> None:
        """Note that a purchase was collected, and its goods are gone, or cancelled, and they are free."""
        self._promise(purchase, -1)
        purchase.status = status
        if status == "collected":
            for line in purchase.lines.values():
                self.on_hand[line.good.code] -= line.quantity

    def _promise(self, purchase: Bought, sign: int) -> None:
        for line in purchase.lines.values():
            self.promised[line.good.code] += sign * line.quantity


def said(answer: Any) -> tuple[int, str | None]:
    """Return the status of an answer, and the code of its problem."""
    return answer.status_code, answer.json().get("code") if answer.status_code >= 400 else None
