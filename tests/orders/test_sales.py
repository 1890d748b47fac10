"""The counters of the shop's business, seen from outside: each purchase once, and only if it is one."""

import pytest
from prometheus_client import REGISTRY

from tests.builders import as_clerk, deposit, filled_cart, on_sale
from tests.orders.counter.counting import line, sell
from tests.orders.sales import GUEST, bought, check_out, collect, conflict, sold

EVENTS = ("placed", "collected", "cancelled")


def counted() -> dict[str, tuple[float, float]]:
    """How many purchases, and for how much money, by what became of them."""

    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    return {
        event: (
            value("purchases_total", event=event),
            value("purchases_value_total", event=event, currency="EUR"),
        )
        for event in EVENTS
    }


@pytest.fixture
def since():
    """What was counted since the test began: `since()["placed"]` is (purchases, money)."""
    before = counted()

    def difference() -> dict[str, tuple[float, float]]:
        now = counted()
        return {
            # Floats that are added up and taken off again.
            event: (now[event][0] - before[event][0], round(now[event][1] - before[event][1], 2))
            for event in EVENTS
        }

    return difference


class TestSales:
    async def test_a_sale_at_the_counter_is_placed_and_collected(self, client, database, since):
        milk, bottles = line(on_sale(database, price="2.50")), deposit(database, "9.00")
        await sell(client, database, milk)
        # What is paid out is no value.
        given = [{"deposit": bottles.code, "quantity": "1"}]
        await sell(client, database, deposits_returned=given)
        assert since() == {"placed": (2, 2.5), "collected": (2, 2.5), "cancelled": (0, 0)}

    async def test_a_purchase_counts_when_it_is_placed(self, client, database, since):
        milk = on_sale(database, price="2.50")
        await bought(client, database, (milk, 3))
        assert since() == {"placed": (1, 7.5), "collected": (0, 0), "cancelled": (0, 0)}

    async def test_and_when_it_is_collected(self, client, database, since):
        milk = on_sale(database, price="2.50")
        purchase = await sold(client, database, (milk, 3))
        assert since() == {"placed": (1, 7.5), "collected": (1, 7.5), "cancelled": (0, 0)}
        conflict(await collect(client, database, purchase), "purchase_ended")
        assert since()["collected"] == (1, 7.5)

    async def test_or_cancelled(self, client, database, since):
        purchase = await bought(client, database, (on_sale(database, price="2.50"), 2))
        url = f"/api/v1/purchases/{purchase['id']}/cancel"
        clerk = as_clerk(database)
        for status in (200, 409):
            answer = await client.post(url, json={"reason": "changed mind"}, headers=clerk)
            assert answer.status_code == status
        assert since() == {"placed": (1, 5.0), "collected": (0, 0), "cancelled": (1, 5.0)}

    async def test_asking_again_buys_nothing(self, client, database, since):
        cart = filled_cart(database, (on_sale(database, price="2.50"), 2))
        replays = REGISTRY.get_sample_value("idempotent_replays_total") or 0
        for _ in range(3):
            answer = await client.post(
                f"/api/v1/carts/{cart.id}/checkout",
                json=GUEST,
                headers={**cart.headers, "Idempotency-Key": "again"},
            )
            assert answer.status_code == 201
        assert since()["placed"] == (1, 5.0)
        assert REGISTRY.get_sample_value("idempotent_replays_total") == replays + 2

    async def test_what_is_refused_was_not_sold(self, client, database, since):
        cart = filled_cart(database, (on_sale(database, stock=1), 2))
        before = REGISTRY.get_sample_value("problems_total", {"code": "out_of_stock"}) or 0
        conflict(await check_out(client, cart), "out_of_stock")
        assert since()["placed"] == (0, 0)
        after = REGISTRY.get_sample_value("problems_total", {"code": "out_of_stock"})
        assert after == before + 1
