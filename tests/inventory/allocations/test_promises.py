"""A promise outlives its lot: what has expired is served from other lots before anything else is sold."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.wiring import wired
from app.inventory.allocations.repository import MOVE_EXPIRED
from app.inventory.stock.schemas import Shortage
from app.orders.purchases.service import Purchases
from tests import builders
from tests.builders import (
    as_clerk,
    filled_cart,
    level_of,
    on_sale,
    placed,
    rows,
    stocked,
    value,
)
from tests.inventory.promises import consistent, expire, promised
from tests.orders.sales import bought, check_out, collect, conflict, pay, read
from tests.support.locks import transaction, until_blocked

SHORTAGES = "/api/v1/stock/shortages"


@pytest.fixture
def purchases(shop, application) -> Purchases:
    with application.app_context():
        return wired(Purchases)


@pytest.fixture
def milk(database):
    return on_sale(database, stock=None)


@pytest.fixture
def yesterday(today):
    return today - timedelta(days=1)


async def shortages(client, database, product):
    """Return what the list says of one product."""
    found, url = [], f"{SHORTAGES}?limit=100"
    while url:
        answer = await client.get(url, headers=as_clerk(database))
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        url = answer.links.get("next", {}).get("url")
    return [each for each in found if each["product"]["code"] == product.code]


class TestMidnight:
    async def test_who_has_paid_gets_the_fresh_stock_not_who_comes_now(
        self, client, database, milk
    ):
        lot = stocked(database, milk, 3)
        purchase = await bought(client, database, (milk, 3))
        await pay(client, database, purchase)
        expire(database, lot)
        fresh = stocked(database, milk, 4)
        problem = conflict(
            await check_out(client, filled_cart(database, (milk, 2))), "out_of_stock"
        )
        assert problem["items"] == [
            {"product": milk.code, "requested": "2.000", "available": "1.000"}
        ]
        # One is left, for anybody.
        assert (await check_out(client, filled_cart(database, (milk, 1)))).status_code == 201
        assert (await collect(client, database, purchase)).status_code == 200
        assert promised(database, purchase) == {fresh.id: 3}
        consistent(database, milk)

    async def test_all_say_the_same_of_what_can_be_sold(
        self, client, database, staff, milk, yesterday
    ):
        old = stocked(database, milk, 5, expires_on=yesterday)
        placed(database, (old, 3))
        fresh = stocked(database, milk, 4)
        for free in ("1.000", "0.000", "0.000"):
            url = f"/api/v1/stock/levels?product={milk.code}"
            (level,) = (await staff.get(url)).json()["items"]
            assert (level["expired"], level["available"]) == ("5.000", free)
            shown = (await client.get(f"/api/v1/products/{milk.code}")).json()
            assert (shown["available"], shown["in_stock"]) == (free, free > "0.000")
            wanted = filled_cart(database, (milk, "2"))
            problem = conflict(await check_out(client, wanted), "out_of_stock")
            assert problem["items"][0]["available"] == free
            # Then it is all for who was promised some, and then there is not enough for these.
            rows(
                database,
                "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason)"
                " VALUES ('waste', %(product)s, %(lot)s, -1, 'broken')",
                product=milk.id,
                lot=fresh.id,
            )

    async def test_in_the_same_instant(self, client, database, milk):
        """The checkout waits for the product while its day ends, and reads what is true then."""
        lot, fresh = stocked(database, milk, 2), stocked(database, milk, 2)
        purchase = placed(database, (lot, 2), paid=2)
        cart = filled_cart(database, (milk, 1))
        async with transaction(database) as cursor:
            cursor.execute("SELECT FROM stock_level WHERE product_id = %s FOR UPDATE", (milk.id,))
            late = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, late)
            cursor.execute(
                "UPDATE stock SET expires_on = CURRENT_DATE - 2 WHERE id = %s", (lot.id,)
            )
        assert conflict(await late, "out_of_stock")["items"][0]["available"] == "0.000"
        assert (await collect(client, database, {"id": str(purchase.id)})).status_code == 200
        assert promised(database, purchase) == {fresh.id: 2}

    async def test_at_once_with_buyers_and_tidy(self, client, database, purchases, milk, yesterday):
        old = stocked(database, milk, 10, expires_on=yesterday)
        waiting = [placed(database, (old, 2), paid=2) for _ in range(5)]
        for _ in range(4):
            stocked(database, milk, 3)
        carts = [filled_cart(database, (milk, 1)) for _ in range(8)]
        *answers, _, _ = await asyncio.gather(
            *(collect(client, database, {"id": str(purchase.id)}) for purchase in waiting),
            *(check_out(client, cart) for cart in carts),
            purchases.keep_promises(1000),
            purchases.keep_promises(1000),
        )
        assert [answer.status_code for answer in answers[:5]] == [200] * 5
        assert sorted(answer.status_code for answer in answers[5:]) == [201] * 2 + [409] * 6
        assert level_of(database, milk).available == 0
        consistent(database, milk)


class TestOrder:
    async def test_paid_before_unpaid_and_then_the_oldest(
        self, client, database, purchases, milk, yesterday
    ):
        old = stocked(database, milk, 20, expires_on=yesterday)
        now = datetime.now(UTC)
        unpaid, late, partly, early, served = (
            placed(database, (old, 4), paid=paid, placed_at=now - timedelta(minutes=minutes))
            for paid, minutes in ((0, 50), (4, 10), (1, 40), (4, 30), (0, 60))
        )
        keeps = stocked(database, milk, 4)
        assert await purchases.keep_promises(1000) >= 1
        assert promised(database, early) == {keeps.id: 4}
        soon = stocked(database, milk, 5, expires_on=builders.today(database))
        await purchases.keep_promises(1000)
        assert promised(database, late) == {soon.id: 4}
        # What is left is not enough for the next: a part of it is served.
        assert promised(database, partly) == {soon.id: 1, old.id: 3}
        for purchase in (unpaid, served):
            assert promised(database, purchase) == {old.id: 4}
        listed = await shortages(client, database, milk)
        assert [(each["purchase"], each["lacking"]) for each in listed] == [
            (str(unpaid.id), "4.000"),
            (str(partly.id), "3.000"),
            (str(served.id), "4.000"),
        ]
        # In a second run there is nothing to do.
        before = [promised(database, each) for each in (early, late, partly)]
        await purchases.keep_promises(1000)
        assert [promised(database, each) for each in (early, late, partly)] == before
        consistent(database, milk)

    async def test_nobody_collects_what_others_before_him_have_a_claim_on(
        self, client, database, milk, yesterday
    ):
        old = stocked(database, milk, 9, expires_on=yesterday)
        now = datetime.now(UTC)
        first, second = (
            placed(database, (old, 3), paid=3, placed_at=now - timedelta(minutes=minutes))
            for minutes in (9, 5)
        )
        fresh = stocked(database, milk, 4)
        problem = conflict(await collect(client, database, {"id": str(second.id)}), "expired")
        assert problem["items"] == [
            {"product": f"p{milk.id}", "requested": "3.000", "available": "1.000"}
        ]
        assert promised(database, second) == {old.id: 3}
        assert (await collect(client, database, {"id": str(first.id)})).status_code == 200
        assert promised(database, first) == {fresh.id: 3}
        stocked(database, milk, 2)
        assert (await collect(client, database, {"id": str(second.id)})).status_code == 200
        consistent(database, milk)

    async def test_what_is_being_worked_on_is_left_for_later(
        self, database, purchases, milk, yesterday
    ):
        old = stocked(database, milk, 2, expires_on=yesterday)
        purchase = placed(database, (old, 2))
        fresh = stocked(database, milk, 2)
        async with transaction(database) as cursor:
            cursor.execute("SELECT FROM purchase WHERE id = %s FOR UPDATE", (purchase.id,))
            await purchases.keep_promises(1000)
        assert promised(database, purchase) == {old.id: 2}
        await purchases.keep_promises(1000)
        assert promised(database, purchase) == {fresh.id: 2}

    @settings(max_examples=12)
    @given(
        waiting=st.lists(
            st.tuples(st.integers(1, 6), st.sampled_from(["", "some", "all"]), st.integers(1, 5)),
            min_size=1,
            max_size=5,
        ),
        fresh=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=3),
        shuffled=st.randoms(),
    )
    def test_all_that_can_moves_in_that_order_whoever_moves_first(
        self, database, waiting, fresh, shuffled
    ):
        made = on_sale(database, stock=None)
        today, now = builders.today(database), datetime.now(UTC)
        old = stocked(database, made, 30, expires_on=today - timedelta(days=1))
        for quantity, days in fresh:
            stocked(database, made, quantity, expires_on=today + timedelta(days=days))
        rank = {"all": 0, "some": 1, "": 2}
        queue = []
        for quantity, paid, minutes in waiting:
            sums = {"all": Decimal(quantity), "some": Decimal("0.50"), "": Decimal(0)}
            at = now - timedelta(minutes=minutes)
            purchase = placed(database, (old, quantity), paid=sums[paid], placed_at=at)
            queue.append((rank[paid], at, purchase.id, quantity))
        left = sum(quantity for quantity, _ in fresh)
        expected = {}
        for _, _, purchase, quantity in sorted(queue):
            expected[purchase] = min(quantity, left)
            left -= expected[purchase]
        found = rows(
            database,
            "SELECT purchase_id, movable FROM expired_promise WHERE product_id = %(id)s",
            id=made.id,
        )
        assert {row.purchase_id: row.movable for row in found} == expected
        assert level_of(database, made).available == left
        for purchase in shuffled.sample(sorted(expected), len(expected)):
            rows(
                database, MOVE_EXPIRED.sql, purchases=[str(purchase)], products=[made.id], lot=None
            )
            assert level_of(database, made).available == left
        for _, _, purchase, quantity in queue:
            assert promised(database, purchase).get(old.id, 0) == quantity - expected[purchase]
            assert sum(promised(database, purchase).values()) == quantity
        consistent(database, made)


class TestCheckout:
    def test_prefers_lots_that_outlive_the_time_to_pay(self, database, milk, today):
        lots = [
            stocked(database, milk, 2, expires_on=today + timedelta(days=days)) for days in (0, 9)
        ]
        cart = filled_cart(database, (milk, 3))
        query = "SELECT (made).id FROM place_purchase(%(cart)s, 'Ada', '+48600', NULL, 'EUR', %(minutes)s, NULL, NULL, NULL)"
        found = value(database, query, cart=cart.id, minutes=3 * 24 * 60)
        assert promised(database, {"id": found}) == {lots[1].id: 2, lots[0].id: 1}

    def test_takes_what_expires_first_of_those_that_do(self, database, milk, today):
        soon, _ = (
            stocked(database, milk, 2, expires_on=today + timedelta(days=days)) for days in (5, 9)
        )
        cart = filled_cart(database, (milk, 2))
        query = "SELECT (made).id FROM place_purchase(%(cart)s, 'Ada', '+48600', NULL, 'EUR', 60, NULL, NULL, NULL)"
        assert promised(database, {"id": value(database, query, cart=cart.id)}) == {soon.id: 2}


class TestShortages:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", SHORTAGES)

    async def test_says_who_lacks_what(self, client, database, milk, yesterday):
        old = stocked(database, milk, 5, expires_on=yesterday)
        purchase = placed(database, (old, 4), paid=Decimal("1.50"), contact_phone="+48 600")
        stocked(database, milk, 1)
        (found,) = await shortages(client, database, milk)
        Shortage.model_validate(found)
        seen = await read(client, database, {"id": str(purchase.id)})
        same = ("invoice_number", "contact_name", "contact_phone", "placed_at", "total", "paid")
        assert {name: found[name] for name in same} == {name: seen[name] for name in same}
        assert found["purchase"] == str(purchase.id)
        assert (found["promised"], found["lacking"]) == ("4.000", "3.000")
        stocked(database, milk, 3)
        assert await shortages(client, database, milk) == []

    async def test_in_pages(self, staff, database, milk, yesterday):
        old = stocked(database, milk, 5, expires_on=yesterday)
        made = [str(placed(database, (old, 1)).id) for _ in range(5)]
        seen, url = [], f"{SHORTAGES}?limit=2"
        while url:
            answer = await staff.get(url)
            seen += [found["purchase"] for found in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url")
        assert [each for each in seen if each in made] == made
