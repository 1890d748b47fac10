"""What happens in a shop, in any order, over HTTP: it never says anything but what the books of a pencil and paper say."""

from decimal import Decimal
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from app.commands.consistency import breaches, snapshot
from app.core.wiring import wired
from app.orders.purchases.service import Purchases
from tests.builders import rows, unique
from tests.orders.everyday.books import NOTHING, Books, Bought, Line, rounded, said
from tests.orders.everyday.conftest import Shop
from tests.orders.sales import GUEST

PIECES = st.integers(1, 6).map(Decimal)
WEIGHTS = st.integers(50, 1500).map(lambda grams: Decimal(grams) / 1000)
FLOAT = Decimal("100.00")
METHODS = st.sampled_from(["cash", "card", "transfer"])
GOODS = st.sampled_from(["milk", "cola", "cheese"])


class EveryDay(RuleBasedStateMachine):
    """Orders, payments, hand-overs, returns, cancellations, waste, deliveries, days that pass, tills that close."""

    shop: Shop

    @initialize()
    def open(self) -> None:
        self.days = 0
        self.books, self.goods = Books(), self.shop.shelf()
        self.by_code = {each.code: each for each in self.goods.values()}
        self.till, self.session = unique("till"), 0
        self.open_till()
        for name in self.goods:
            self.delivery(name, Decimal(12), 2)

    def open_till(self) -> None:
        answer = self.shop.post("/api/v1/till-sessions", {"till": self.till, "float": f"{FLOAT}"})
        assert answer.status_code == 201, answer.text
        self.session, self.books.drawer = answer.json()["id"], FLOAT

    @rule(name=GOODS, pieces=PIECES, days=st.sampled_from([0, 1, 2, None]))
    def delivery(self, name: str, pieces: Decimal, days: int | None) -> None:
        good = self.goods[name]
        line = {"product": good.code, "quantity": str(pieces), "unit_cost": "0.5000"}
        asked = self.shop.post(
            "/api/v1/invoice-requests", {"supplier": self.shop.supplier, "lines": [line]}
        )
        assert asked.status_code == 201, asked.text
        came = {"product": good.code, "quantity": str(pieces)}
        if days is not None:
            (day,) = rows(
                self.shop.database, "SELECT (CURRENT_DATE + %(days)s)::text AS day", days=days
            )
            came["expires_on"] = day.day
        url = f"/api/v1/invoice-requests/{asked.json()['code']}/receive"
        assert self.shop.post(url, {"lines": [came]}).status_code == 200
        self.books.on_hand[good.code] += pieces

    @rule(milk=st.integers(0, 3), cola=st.integers(0, 7), cheese=st.none() | WEIGHTS)
    def order(self, milk: int, cola: int, cheese: Decimal | None) -> None:
        wanted = {"milk": Decimal(milk), "cola": Decimal(cola), "cheese": cheese or Decimal(0)}
        basket = {self.goods[name]: quantity for name, quantity in wanted.items() if quantity}
        cart = self.shop.post("/api/v1/carts", headers={}).json()
        url, token = f"/api/v1/carts/{cart['id']}", {"Authorization": f"Bearer {cart['token']}"}
        for good, quantity in basket.items():
            put = self.shop.ask(
                "PUT", f"{url}/items/{good.code}", {"quantity": str(quantity)}, token
            )
            assert put.status_code == 200, put.text
        free = {good: self.shop.level(good)["available"] for good in basket}
        answer = self.shop.post(f"{url}/checkout", GUEST, token)
        if not basket:
            assert said(answer) == (409, "empty_cart")
        elif any(quantity > free[good] for good, quantity in basket.items()):
            assert said(answer) == (409, "out_of_stock")
        else:
            assert answer.status_code == 201, answer.text
            self.books.place(self._bought(answer))

    def _bought(self, answer: httpx.Response) -> Bought:
        lines = {
            line["id"]: Line(good, Decimal(line["quantity"]), good.cost(Decimal(line["quantity"])))
            for line in answer.json()["lines"]
            if (good := self.by_code.get(line["product"]))
        }
        return Bought(answer.headers["Location"], lines)

    @precondition(lambda self: self.books.those("placed"))
    @rule(data=st.data(), method=METHODS, part=st.sampled_from(["all", "all", "half", "more"]))
    def pay(self, data: Any, method: str, part: str) -> None:
        purchase = self._one(data, "placed")
        amount = {"all": purchase.due, "half": rounded(purchase.due / 2), "more": purchase.due + 1}[
            part
        ]
        self._pay(purchase, method, amount)

    def _pay(self, purchase: Bought, method: str, amount: Decimal) -> None:
        if not amount:
            return
        answer = self.shop.post(
            f"{purchase.path}/payments",
            {"amount": f"{amount:.2f}", "method": method, "till": self.till},
        )
        if amount > purchase.due:
            assert said(answer) == (409, "payment_above_total")
        else:
            assert answer.status_code == 201, answer.text
            purchase.takes(amount, method)
            self._cash(method, amount)

    @precondition(lambda self: self.books.those("placed"))
    @rule(data=st.data())
    def hand_over(self, data: Any) -> None:
        self._hand_over(self._one(data, "placed"))

    def _hand_over(self, purchase: Bought) -> None:
        expired = any(self.shop.level(line.good)["expired"] for line in purchase.lines.values())
        answer = self.shop.post(f"{purchase.path}/collect")
        if purchase.due:
            assert said(answer) == (409, "unpaid")
        elif answer.status_code == 409:
            assert expired, answer.text
            assert said(answer) == (409, "expired")
        else:
            assert answer.status_code == 200, answer.text
            self.books.end(purchase, "collected")

    @precondition(lambda self: self.books.those("placed"))
    @rule(data=st.data(), method=METHODS)
    def serve(self, data: Any, method: str) -> None:
        """Pay what is due of a purchase, and hand it over: alone, both seldom meet."""
        purchase = self._one(data, "placed")
        self._pay(purchase, method, purchase.due)
        self._hand_over(purchase)

    @precondition(lambda self: self.books.those("placed"))
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        purchase = self._one(data, "placed")
        answer = self.shop.post(f"{purchase.path}/cancel", {"reason": "x", "till": self.till})
        assert answer.status_code == 200, answer.text
        self.books.end(purchase, "cancelled")
        for refund in answer.json()["payments"]:
            if refund["kind"] == "refund":
                self._give_back(purchase, refund)
        assert purchase.paid == 0

    @precondition(lambda self: self.books.those("collected"))
    @rule(
        data=st.data(),
        part=st.sampled_from([1, 2]),
        goods=st.sampled_from(["restock", "waste", "none"]),
    )
    def bring_back(self, data: Any, part: int, goods: str) -> None:
        purchase = self._one(data, "collected")
        number, line = data.draw(
            st.sampled_from(sorted(purchase.lines.items(), key=lambda each: each[0]))
        )
        left = line.quantity - line.back
        quantity = left if part == 1 or line.good.unit == "kg" else left // 2
        body = {"line": number, "quantity": str(quantity), "goods": goods}
        answer = self.shop.post(
            f"{purchase.path}/refunds", {"reason": "x", "till": self.till, "lines": [body]}
        )
        if not quantity:
            assert answer.status_code == 422, answer.text
            return
        assert answer.status_code == 201, answer.text
        due = line.due(quantity)
        assert Decimal(answer.json()["amount"]) == due
        line.back, line.credited = line.back + quantity, line.credited + due
        for refund in answer.json()["payments"]:
            self._give_back(purchase, refund)
        if goods == "restock":
            self.books.on_hand[line.good.code] += quantity

    @rule(name=GOODS, pieces=PIECES, which=st.integers(0, 9))
    def waste(self, name: str, pieces: Decimal, which: int) -> None:
        good = self.goods[name]
        lots = self.shop.get(f"/api/v1/stock/lots?product={good.code}")["items"]
        if not lots:
            return
        lot = lots[which % len(lots)]
        body = {"lot": lot["id"], "quantity": str(pieces), "reason": "spoilt"}
        answer = self.shop.post("/api/v1/stock/waste", body)
        if pieces > Decimal(lot["on_hand"]):
            assert said(answer) == (409, "not_on_hand")
        elif pieces <= Decimal(lot["on_hand"]) - Decimal(lot["allocated"]):
            assert answer.status_code == 201, answer.text
        if answer.status_code == 201:
            self.books.on_hand[good.code] -= pieces
        else:
            assert answer.json()["code"] in {"not_on_hand", "allocated"}

    @precondition(lambda self: self.days < len(self.books.purchases) // 3)
    @rule()
    def a_day_passes(self) -> None:
        """Everything is a day older; then the shop tidies up."""
        self.days += 1
        for query in (
            "UPDATE stock SET expires_on = expires_on - 1",
            "UPDATE purchase SET pay_by = pay_by - interval '1 day' WHERE status = 'placed'",
        ):
            rows(self.shop.database, query)
        for purchase in self.books.those("placed"):
            if not purchase.paid:
                self.books.end(purchase, "cancelled")
        with self.shop.app.app_context():
            purchases = wired(Purchases)
        self.shop.runner.run(purchases.cancel_unpaid(1000))
        self.shop.runner.run(purchases.keep_promises(1000))

    @precondition(lambda self: self.books.drawer != FLOAT)
    @rule(missing=st.sampled_from(["0.00", "0.05"]))
    def close_the_till(self, missing: str) -> None:
        counted = self.books.drawer - Decimal(missing)
        url = f"/api/v1/till-sessions/{self.session}"
        report = self.shop.post(f"{url}/close", {"counted": f"{counted:.2f}"}).json()
        assert (Decimal(report["expected"]), Decimal(report["difference"])) == (
            self.books.drawer,
            -Decimal(missing),
        )
        assert said(self.shop.post(f"{url}/close", {"counted": "0.00"})) == (409, "till_closed")
        self.open_till()

    @invariant()
    def the_shop_says_what_the_books_say(self) -> None:
        for good in self.goods.values():
            level = self.shop.level(good)
            on_hand, promised = self.books.on_hand[good.code], self.books.promised[good.code]
            assert (level["on_hand"], level["allocated"]) == (on_hand, promised), good
            assert level["available"] == max(on_hand - level["expired"] - promised, 0)
        for purchase in self.books.purchases:
            found = self.shop.get(purchase.path)
            paid = Decimal(found["paid"]) - Decimal(found["refunded"])
            due = purchase.due if purchase.status == "placed" else NOTHING
            assert (found["status"], Decimal(found["total"]), paid, Decimal(found["due"])) == (
                purchase.status, purchase.total, purchase.paid, due)  # fmt: skip

    def teardown(self) -> None:
        with snapshot(self.shop.database.app_url) as cursor:
            assert breaches(cursor) == []

    def _one(self, data: Any, *statuses: str) -> Bought:
        return data.draw(st.sampled_from(self.books.those(*statuses)))

    def _cash(self, method: str, amount: Decimal) -> None:
        if method == "cash":
            self.books.drawer += amount

    def _give_back(self, purchase: Bought, refund: dict[str, Any]) -> None:
        amount = Decimal(refund["amount"])
        purchase.takes(-amount, refund["method"])
        self._cash(refund["method"], -amount)


def test_the_shop_and_the_books_never_part(small_shop: Shop) -> None:
    class Machine(EveryDay):
        shop = small_shop

    run(Machine, settings=settings(max_examples=25, stateful_step_count=40))
