import asyncio
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from app.core.wiring import wired
from app.orders.carts.service import Carts
from app.orders.purchases.service import NOT_PAID, Purchases
from tests.builders import clerk, filled_cart, level_of, on_sale, rows, value
from tests.orders.picking.steps import claim, picked
from tests.orders.sales import bought, check_out, pay, read


@pytest.fixture
def purchases(shop, application) -> Purchases:
    with application.app_context():
        return wired(Purchases)


@pytest.fixture
def carts(shop, application) -> Carts:
    with application.app_context():
        return wired(Carts)


def late(database, purchase):
    hour = datetime.now(UTC) - timedelta(hours=1)
    query = "UPDATE purchase SET pay_by = %(at)s WHERE id = %(id)s"
    rows(database, query, at=hour, id=purchase["id"])
    return purchase


def end(database, cart):
    ended = datetime.now(UTC) - timedelta(hours=1)
    query = "UPDATE cart SET expires_at = %(at)s WHERE id = %(id)s"
    rows(database, query, at=ended, id=cart.id)
    return cart


class TestCancelUnpaid:
    async def test_cancels_what_nobody_paid_in_time_once(self, client, database, purchases):
        milk = on_sale(database)
        purchase = late(database, await bought(client, database, (milk, 2)))
        assert await purchases.cancel_unpaid(1000) >= 1
        found = await read(client, database, purchase)
        assert (found["status"], found["cancel_reason"]) == ("cancelled", NOT_PAID)
        assert found["payments"] == []
        assert level_of(database, milk).allocated == 0
        await purchases.cancel_unpaid(1000)
        assert await read(client, database, purchase) == found

    async def test_leaves_what_somebody_picks(self, client, database, purchases):
        made = [
            late(database, await bought(client, database, (on_sale(database), 1))) for _ in "12"
        ]
        who = clerk(database)
        await claim(client, who, made[0])
        await picked(client, who, made[1])
        await purchases.cancel_unpaid(1000)
        states = [(await read(client, database, each))["status"] for each in made]
        assert states == ["picking", "ready"]

    async def test_leaves_the_rest(self, client, database, purchases):
        milk = on_sale(database)
        in_time = await bought(client, database, (milk, 1))
        partly = await bought(client, database, (milk, 1))
        await pay(client, database, partly, "0.01")
        late(database, partly)
        await purchases.cancel_unpaid(1000)
        for purchase in (in_time, partly):
            assert (await read(client, database, purchase))["status"] == "placed"
        assert level_of(database, milk).allocated == 2

    async def test_cancels_no_more_than_asked(self, client, database, purchases):
        milk = on_sale(database)
        for _ in range(3):
            late(database, await bought(client, database, (milk, 1)))
        assert await purchases.cancel_unpaid(2) == 2

    async def test_leaves_what_somebody_is_at_work_on(self, client, database, purchases):
        purchase = late(database, await bought(client, database, (on_sale(database), 1)))
        with psycopg2.connect(database.owner_url) as other, other.cursor() as cursor:
            cursor.execute("SELECT FROM purchase WHERE id = %s FOR UPDATE", [purchase["id"]])
            await purchases.cancel_unpaid(1000)
        other.close()
        assert (await read(client, database, purchase))["status"] == "placed"

    async def test_twice_at_once_with_payments(self, client, database, purchases):
        milk = on_sale(database, stock=100)
        made = [late(database, await bought(client, database, (milk, 1))) for _ in range(6)]
        *answers, first, second = await asyncio.gather(
            *(pay(client, database, purchase) for purchase in made),
            purchases.cancel_unpaid(1000),
            purchases.cancel_unpaid(1000),
        )
        paid = [answer.status_code == 201 for answer in answers]
        for purchase, was_paid in zip(made, paid, strict=True):
            found = await read(client, database, purchase)
            assert found["status"] == ("placed" if was_paid else "cancelled")
            assert found["refunded"] == "0.00"
        assert first + second >= paid.count(False)
        assert level_of(database, milk).allocated == paid.count(True)


class TestDeleteExpiredCarts:
    async def test_deletes_open_carts_whose_time_is_over(self, client, database, carts):
        milk = on_sale(database)
        old, open_still = end(database, filled_cart(database, (milk, 1))), filled_cart(database)
        bought_from = filled_cart(database, (milk, 1))
        await check_out(client, bought_from)
        end(database, bought_from)
        assert await carts.delete_expired_carts(1000) >= 1
        query = "SELECT count(*) FROM cart WHERE id = %(id)s"
        left = [value(database, query, id=cart.id) for cart in (old, open_still, bought_from)]
        assert left == [0, 1, 1]
        query = "SELECT count(*) FROM cart_item WHERE cart_id = %(id)s"
        assert value(database, query, id=old.id) == 0

    async def test_deletes_no_more_than_asked(self, database, carts):
        for _ in range(3):
            end(database, filled_cart(database))
        assert await carts.delete_expired_carts(2) == 2

    async def test_leaves_what_somebody_is_at_work_on(self, database, carts):
        cart = end(database, filled_cart(database))
        with psycopg2.connect(database.owner_url) as other, other.cursor() as cursor:
            cursor.execute("SELECT FROM cart WHERE id = %s FOR UPDATE", [cart.id])
            await carts.delete_expired_carts(1000)
        other.close()
        query = "SELECT count(*) FROM cart WHERE id = %(id)s"
        assert value(database, query, id=cart.id) == 1
