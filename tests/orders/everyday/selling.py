"""Money, hand-over, and what comes back; and who buys at the counter."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.orders.everyday.books import NOTHING, WAITING, Bought, rounded
from tests.orders.everyday.rules import FLOAT, METHODS, WEIGHTS, Everyday, said


class Selling(Everyday):
    """A clerk at a till."""

    @precondition(lambda self: self.waits(*WAITING))
    @rule(data=st.data(), method=METHODS, part=st.sampled_from(["all", "all", "half", "more"]))
    def pay(self, data: Any, method: str, part: str) -> None:
        purchase = self.one(data, *WAITING)
        due = purchase.due
        amounts = {"all": due, "half": rounded(due / 2), "more": due + 1}
        self._pay(purchase, method, amounts[part])

    @precondition(lambda self: self.waits(*WAITING))
    @rule(data=st.data())
    def hand_over(self, data: Any) -> None:
        self._hand_over(self.one(data, *WAITING))

    @precondition(lambda self: self.waits("placed", "ready"))
    @rule(data=st.data(), method=METHODS)
    def serve(self, data: Any, method: str) -> None:
        """Pay what is due of a purchase, or give back what is owed, and hand it over: alone, these seldom meet."""
        purchase = self.one(data, "placed", "ready")
        self._pay(purchase, method, purchase.due)
        self._give_back(purchase)
        self._hand_over(purchase)

    @precondition(lambda self: any(each.owed for each in self.books.those("ready")))
    @rule(data=st.data())
    def give_back(self, data: Any) -> None:
        self._give_back(
            data.draw(st.sampled_from([each for each in self.books.those("ready") if each.owed]))
        )

    @precondition(lambda self: self.waits(*WAITING))
    @rule(data=st.data(), goods=st.sampled_from(["restock", "waste"]))
    def cancel(self, data: Any, goods: str) -> None:
        purchase = self.one(data, *WAITING)
        body = {"reason": "x", "till": self.till, "goods": goods}
        answer = self.shop.post(f"{purchase.path}/cancel", body)
        assert answer.status_code == 200, answer.text
        self.books.end(purchase, "cancelled")
        if goods == "waste":
            for line in purchase.lines.values():
                self.books.on_hand[line.good.code] -= line.quantity
        purchase.paid, refunded = NOTHING, purchase.paid
        before = self.books.drawer
        at_end = [each for each in answer.json()["payments"] if each["kind"] == "refund"]
        assert Decimal(answer.json()["paid"]) == Decimal(answer.json()["refunded"])
        self.books.drawer = before - sum(
            (
                Decimal(each["amount"])
                for each in at_end
                if each["method"] == "cash" and each["reason"] == "x"
            ),
            NOTHING,
        )
        assert (
            sum((Decimal(each["amount"]) for each in at_end if each["reason"] == "x"), NOTHING)
            == refunded
        )

    @precondition(lambda self: any(each.lines for each in self.books.those("collected")))
    @rule(
        data=st.data(),
        part=st.sampled_from([1, 2]),
        goods=st.sampled_from(["restock", "waste", "none"]),
    )
    def bring_back(self, data: Any, part: int, goods: str) -> None:
        purchase = data.draw(
            st.sampled_from([each for each in self.books.those("collected") if each.lines])
        )
        number, line = data.draw(
            st.sampled_from(sorted(purchase.lines.items(), key=lambda each: each[0]))
        )
        left = line.quantity - line.back
        quantity = left if part == 1 or line.good.unit == "kg" else left // 2
        body = {"line": number, "quantity": str(quantity), "goods": goods}
        url = f"{purchase.path}/refunds"
        answer = self.shop.post(url, {"reason": "back", "till": self.till, "lines": [body]})
        if not quantity:
            assert answer.status_code == 422, answer.text
            return
        assert answer.status_code == 201, answer.text
        due = line.due(quantity)
        assert Decimal(answer.json()["amount"]) == due
        line.back, line.credited = line.back + quantity, line.credited + due
        self.gives_back(purchase, answer.json()["payments"])
        if goods == "restock":
            self.books.on_hand[line.good.code] += quantity

    @precondition(lambda self: self.walk_ins <= len(self.books.purchases) // 2)
    @rule(
        milk=st.integers(0, 3),
        cola=st.integers(0, 7),
        cheese=st.none() | WEIGHTS,
        bottles=st.integers(0, 8),
        method=METHODS,
    )
    def sell(self, milk: int, cola: int, cheese: Decimal | None, bottles: int, method: str) -> None:
        basket = self.wanted(milk, cola, cheese)
        cola_good = self.goods["cola"]
        free = {good: self.free(good) for good in basket}
        back = [{"deposit": cola_good.deposit_code, "quantity": str(bottles)}] if bottles else []
        answer = self.shop.post(
            "/api/v1/sales",
            {
                "till": self.till,
                "lines": [
                    {"product": good.code, "quantity": str(quantity)}
                    for good, quantity in basket.items()
                ],
                "deposits_returned": back,
                "payments": [{"method": method}],
            },
        )
        if not basket and not bottles:
            assert answer.status_code == 422, answer.text
            return
        assert answer.status_code == 201, answer.text
        made = Bought(
            answer.headers["Location"],
            self.lines(answer),
            "collected",
            bottles=bottles * cola_good.deposit,
        )
        assert Decimal(answer.json()["total"]) == made.total
        self.walk_ins += 1
        self.books.purchases.append(made)
        self.moves(made, made.total, method)
        for good, quantity in basket.items():
            # What lay on the counter, and the books did not have free, was found.
            self.books.on_hand[good.code] += max(quantity - free[good], Decimal(0)) - quantity

    @precondition(lambda self: self.books.drawer != FLOAT)
    @rule(missing=st.sampled_from(["0.00", "0.05"]))
    def close_the_till(self, missing: str) -> None:
        counted = self.books.drawer - Decimal(missing)
        url = f"/api/v1/till-sessions/{self.session}"
        if counted < 0:
            return
        report = self.shop.post(f"{url}/close", {"counted": f"{counted:.2f}"}).json()
        assert (Decimal(report["expected"]), Decimal(report["difference"])) == (
            self.books.drawer,
            -Decimal(missing),
        )
        taken = sum(
            (Decimal(each["taken"]) - Decimal(each["refunded"]) for each in report["takings"]),
            NOTHING,
        )
        assert Decimal(report["invoiced"]) == taken + Decimal(report["redeemed"]) - Decimal(
            report["prepaid"]
        )
        assert said(self.shop.post(f"{url}/close", {"counted": "0.00"})) == (409, "till_closed")
        self.open_till()

    def open_till(self) -> None:
        """Open the till anew."""
        answer = self.shop.post("/api/v1/till-sessions", {"till": self.till, "float": f"{FLOAT}"})
        assert answer.status_code == 201, answer.text
        self.session, self.books.drawer = answer.json()["id"], FLOAT

    def _pay(self, purchase: Bought, method: str, amount: Decimal) -> None:
        if not amount:
            return
        body = {"amount": f"{amount:.2f}", "method": method, "till": self.till}
        answer = self.shop.post(f"{purchase.path}/payments", body)
        if amount > purchase.due:
            assert said(answer) == (409, "payment_above_total")
        else:
            assert answer.status_code == 201, answer.text
            self.moves(purchase, amount, method)

    def _give_back(self, purchase: Bought) -> None:
        if not purchase.owed:
            return
        body = {"amount": f"{purchase.owed:.2f}", "reason": "less came", "till": self.till}
        answer = self.shop.post(f"{purchase.path}/refunds", body)
        assert answer.status_code == 201, answer.text
        self.gives_back(purchase, answer.json()["payments"])

    def _hand_over(self, purchase: Bought) -> None:
        expired = any(self.shop.level(line.good)["expired"] for line in purchase.lines.values())
        answer = self.shop.post(f"{purchase.path}/collect?till={self.till}")
        if purchase.status == "picking":
            assert said(answer) == (409, "being_picked")
        elif purchase.due:
            assert said(answer) == (409, "unpaid")
        elif purchase.owed:
            assert said(answer) == (409, "owed")
        elif answer.status_code == 409:
            assert expired, answer.text
            assert said(answer) == (409, "expired")
        else:
            assert answer.status_code == 200, answer.text
            self.books.end(purchase, "collected")
