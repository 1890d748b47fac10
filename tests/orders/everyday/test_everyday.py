"""What happens in a shop, in any order, over HTTP: it never says anything but what books say that are kept with a pencil."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from app.commands.consistency import breaches, snapshot
from app.core.wiring import wired
from app.orders.purchases.service import Purchases
from tests.builders import rows
from tests.orders.everyday.books import NOTHING, WAITING
from tests.orders.everyday.conftest import Shop
from tests.orders.everyday.ordering import Ordering
from tests.orders.everyday.rules import GOODS, PIECES, said
from tests.orders.everyday.selling import Selling


class EveryDay(Ordering, Selling):
    """All that, and deliveries, waste and days that pass."""

    @initialize()
    def open(self) -> None:
        self.open_till()
        for name in self.goods:
            self.delivery(name, Decimal(12), 2)

    @rule(name=GOODS, pieces=PIECES, days=st.sampled_from([0, 1, 2, None]))
    def delivery(self, name: str, pieces: Decimal, days: int | None) -> None:
        good = self.goods[name]
        line = {"product": good.code, "quantity": str(pieces), "unit_cost": "0.5000"}
        body = {"supplier": self.shop.supplier, "lines": [line]}
        asked = self.shop.post("/api/v1/invoice-requests", body)
        assert asked.status_code == 201, asked.text
        came = {"product": good.code, "quantity": str(pieces)}
        if days is not None:
            query = "SELECT (CURRENT_DATE + %(days)s)::text AS day"
            came["expires_on"] = rows(self.shop.database, query, days=days)[0].day
        url = f"/api/v1/invoice-requests/{asked.json()['code']}/receive"
        assert self.shop.post(url, {"lines": [came]}).status_code == 200
        self.books.on_hand[good.code] += pieces

    @rule(name=GOODS, pieces=PIECES, which=st.integers(0, 9))
    def waste(self, name: str, pieces: Decimal, which: int) -> None:
        good = self.goods[name]
        lots = self.shop.get(f"/api/v1/stock/lots?product={good.code}")["items"]
        if not lots:
            return
        lot = lots[which % len(lots)]
        body = {"lot": lot["id"], "quantity": str(pieces), "reason": "spoiled"}
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

    @invariant()
    def the_shop_says_what_the_books_say(self) -> None:
        for good in self.goods.values():
            level = self.shop.level(good)
            on_hand, promised = self.books.on_hand[good.code], self.books.promised[good.code]
            assert (level["on_hand"], level["allocated"]) == (on_hand, promised), good
            assert level["available"] == max(on_hand - level["expired"] - promised, 0)
        for purchase in self.books.purchases:
            found = self.shop.get(purchase.path)
            waits = purchase.status in WAITING
            due, owed = (purchase.due, purchase.owed) if waits else (NOTHING, NOTHING)
            assert found["status"] == purchase.status
            assert Decimal(found["total"]) == purchase.total
            assert Decimal(found["paid"]) - Decimal(found["refunded"]) == purchase.paid
            assert (Decimal(found["due"]), Decimal(found["owed"])) == (due, owed)

    def teardown(self) -> None:
        with snapshot(self.shop.database.app_url) as cursor:
            assert breaches(cursor) == []


def test_the_shop_and_the_books_never_part(small_shop: Shop) -> None:
    class Machine(EveryDay):
        shop = small_shop

    run(Machine, settings=settings(max_examples=10, stateful_step_count=40))
