"""What may happen in a shop: rules of a state machine, each of which knows what the shop must answer."""

from decimal import Decimal
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.builders import unique
from tests.orders.everyday.books import Books, Bought, Good, Line
from tests.orders.everyday.conftest import Shop

FLOAT = Decimal("100.00")
PIECES = st.integers(1, 6).map(Decimal)
WEIGHTS = st.integers(50, 1500).map(lambda grams: Decimal(grams) / 1000)
METHODS = st.sampled_from(["cash", "card", "transfer"])
GOODS = st.sampled_from(["milk", "cola", "cheese"])


def said(answer: httpx.Response) -> tuple[int, str | None]:
    """Return the status of an answer, and the code of its problem."""
    return answer.status_code, answer.json().get("code") if answer.status_code >= 400 else None


class Everyday(RuleBasedStateMachine):
    """A shop beside its books, and what all rules need."""

    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.books, self.goods = Books(), self.shop.shelf()
        self.by_code = {each.code: each for each in self.goods.values()}
        self.till, self.session = unique("till"), 0
        self.days = self.walk_ins = 0

    def waits(self, *statuses: str) -> bool:
        """Say whether a purchase is in one of these states."""
        return bool(self.books.those(*statuses))

    def one(self, data: Any, *statuses: str) -> Bought:
        """Return one of the purchases in these states."""
        return data.draw(st.sampled_from(self.books.those(*statuses)))

    def wanted(self, milk: int, cola: int, cheese: Decimal | None) -> dict[Good, Decimal]:
        """Return so much of each good, of those that there is something of."""
        asked = {"milk": Decimal(milk), "cola": Decimal(cola), "cheese": cheese or Decimal(0)}
        return {self.goods[name]: quantity for name, quantity in asked.items() if quantity}

    def lines(self, answer: httpx.Response) -> dict[int, Line]:
        """Return the lines of goods of what was bought just now, at our own prices."""
        return {
            line.get("id") or line["line"]: Line(good, quantity, good.cost(quantity))
            for line in answer.json()["lines"]
            if (good := self.by_code.get(line["product"]))
            for quantity in [Decimal(line["quantity"])]
        }

    def moves(self, purchase: Bought, amount: Decimal, method: str) -> None:
        """Note money that was taken for a purchase, or below 0 given back."""
        purchase.paid += amount
        if method == "cash":
            self.books.drawer += amount

    def gives_back(self, purchase: Bought, payments: list[dict[str, Any]]) -> None:
        """Note what was refunded."""
        for each in payments:
            if each["kind"] == "refund":
                self.moves(purchase, -Decimal(each["amount"]), each["method"])

    def free(self, good: Good) -> Decimal:
        """Return what nobody was promised of lots that have not expired."""
        lots = self.shop.get(f"/api/v1/stock/lots?product={good.code}")["items"]
        return sum(
            (
                Decimal(lot["on_hand"]) - Decimal(lot["allocated"])
                for lot in lots
                if not lot["expired"]
            ),
            Decimal(0),
        )
