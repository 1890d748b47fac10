"""Orders, and what is picked of them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.orders.everyday.books import Bought, Line
from tests.orders.everyday.rules import WEIGHTS, Everyday, said
from tests.orders.sales import GUEST

TOLERATED = Decimal("1.1")
PARTS = st.sampled_from([Decimal(part) for part in ("0", "0.5", "1", "1.05", "1.3")])


class Ordering(Everyday):
    """Somebody orders; somebody picks, and may bring milk where cola lacks."""

    @rule(milk=st.integers(0, 3), cola=st.integers(0, 7), cheese=st.none() | WEIGHTS)
    def order(self, milk: int, cola: int, cheese: Decimal | None) -> None:
        basket = self.wanted(milk, cola, cheese)
        cart = self.shop.post("/api/v1/carts", headers={}).json()
        url, token = f"/api/v1/carts/{cart['id']}", {"Authorization": f"Bearer {cart['token']}"}
        for good, quantity in basket.items():
            body = {"quantity": str(quantity), "substitute": True}
            assert self.shop.ask("PUT", f"{url}/items/{good.code}", body, token).status_code == 200
        free = {good: self.shop.level(good)["available"] for good in basket}
        answer = self.shop.post(f"{url}/checkout", GUEST, token)
        if not basket:
            assert said(answer) == (409, "empty_cart")
        elif any(quantity > free[good] for good, quantity in basket.items()):
            assert said(answer) == (409, "out_of_stock")
        else:
            assert answer.status_code == 201, answer.text
            self.books.place(Bought(answer.headers["Location"], self.lines(answer)))

    @precondition(lambda self: self.waits("placed", "picking", "ready"))
    @rule(data=st.data())
    def claim(self, data: Any) -> None:
        purchase = self.one(data, "placed", "picking", "ready")
        answer = self.shop.post(f"{purchase.path.replace('purchases', 'picking')}/claim", {})
        if purchase.status == "ready":
            assert said(answer) == (409, "already_picked")
        else:
            assert answer.status_code == 200, answer.text
            purchase.status = "picking"

    @precondition(lambda self: self.waits("picking"))
    @rule(data=st.data())
    def release(self, data: Any) -> None:
        purchase = self.one(data, "picking")
        answer = self.shop.post(f"{purchase.path.replace('purchases', 'picking')}/release")
        assert answer.status_code == 200, answer.text
        purchase.status = "placed"

    @precondition(lambda self: self.waits("placed", "picking", "ready"))
    @rule(data=st.data(), pieces=st.integers(0, 7), part=PARTS, milk=st.integers(0, 2))
    def pick(self, data: Any, pieces: int, part: Decimal, milk: int) -> None:
        purchase = self.one(data, "placed", "picking", "ready")
        ordered = {number: line for number, line in purchase.lines.items() if not line.instead}
        came = {number: _came(line, pieces, part) for number, line in ordered.items()}
        short = _short_of_bottles(ordered, came)
        instead = [{"product": self.goods["milk"].code, "quantity": str(milk)}] if milk else []
        body = [
            {
                "line": number,
                "quantity": str(came[number]),
                "substitutes": instead if number == short else [],
            }
            for number in ordered
        ]
        if purchase.status == "placed":
            self._claimed(purchase)
        held = {
            good: self.shop.level(good) | {"fresh": self.free(good)} for good in self.goods.values()
        }
        answer = self.shop.post(f"{purchase.path}/pick", {"lines": body})
        with_milk = milk if short is not None else 0
        if any(
            quantity
            > (ordered[number].ordered * TOLERATED).quantize(Decimal("0.001"), "ROUND_DOWN")
            for number, quantity in came.items()
        ):
            assert said(answer) == (409, "not_agreed")
        elif not any(came.values()) and not with_milk:
            assert said(answer) == (409, "nothing_picked")
        elif answer.status_code == 409:
            self._refused(answer, purchase, held)
        else:
            assert answer.status_code == 200, answer.text
            self._picked(answer, purchase, came, short, held)

    def _claimed(self, purchase: Bought) -> None:
        answer = self.shop.post(f"{purchase.path.replace('purchases', 'picking')}/claim", {})
        assert answer.status_code == 200, answer.text
        purchase.status = "picking"

    def _refused(self, answer: Any, purchase: Bought, held: Any) -> None:
        """Only what has expired, or what is not free, keeps anything from being picked."""
        code = answer.json()["code"]
        if code == "expired":
            assert any(held[line.good]["expired"] for line in purchase.lines.values())
        else:
            assert code == "out_of_stock", answer.text
            (product,) = {item["product"] for item in answer.json()["items"]}
            assert held[self.by_code[product]]["available"] < 10

    def _picked(
        self, answer: Any, purchase: Bought, came: Any, short: int | None, held: Any
    ) -> None:
        before = {number: line.quantity for number, line in purchase.lines.items()}
        made = answer.json()
        new = [line for line in made["lines"] if line["substitute_for"] and line["product"]]
        self.books.pick(purchase, came, {})
        instead = {}
        for line in new:
            assert line["substitute_for"] == short
            good, quantity = self.by_code[line["product"]], Decimal(line["quantity"])
            cost = min(good.cost(quantity), purchase.lines[short or 0].missing)
            instead[line["id"]] = Line(good, quantity, cost, instead=True)
        self.books.pick(purchase, {}, instead)
        assert Decimal(made["total"]) == purchase.total
        assert Decimal(made["total"]) <= Decimal(made["ceiling"])
        for number, quantity in came.items():
            line = purchase.lines[number]
            # Of what weighs more than was ordered, what is not free was found.
            if quantity > line.ordered:
                more = max(quantity - before[number], Decimal(0))
                self.books.on_hand[line.good.code] += max(
                    more - held[line.good]["fresh"], Decimal(0)
                )


def _short_of_bottles(ordered: dict[int, Line], came: dict[int, Decimal]) -> int | None:
    """Return the line of cola of which less came than was ordered, if one is."""
    found = (n for n, line in ordered.items() if line.good.deposit and came[n] < line.ordered)
    return next(found, None)


def _came(line: Line, pieces: int, part: Decimal) -> Decimal:
    if line.good.unit == "piece":
        return min(Decimal(pieces), line.ordered)
    return (line.ordered * part).quantize(Decimal("0.001"))
