"""What is bounded of those who have no account: how many they are, and what they hold without having paid."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.builders import (
    category,
    customer,
    filled_cart,
    markdown,
    on_sale,
    rows,
    stocked,
    today,
    unique,
)
from tests.orders.sales import check_out, conflict, pay
from tests.support.clients import client_at, shop_with
from tests.support.locks import transaction, until_blocked

CARTS = "/api/v1/carts"
LOCK_LEVEL = "SELECT FROM stock_level WHERE product_id = %s FOR UPDATE"
MOST_CARTS, MOST_CHECKOUTS, MOST_UNPAID = 3, 4, 2


def phone() -> str:
    """Return a number that no other test uses."""
    return "+48 " + str(int(unique().encode().hex(), 16))[-12:].replace("0", "1")


@pytest.fixture(scope="module")
async def strict(make_settings) -> AsyncIterator[Any]:
    """A shop with low bounds on what guests of one address do."""
    security = {
        "guest_carts_per_address": MOST_CARTS,
        "guest_checkouts_per_address": MOST_CHECKOUTS,
    }
    async with shop_with(make_settings(security=security)) as started:
        yield started


@pytest.fixture(scope="module")
async def wary(make_settings) -> AsyncIterator[Any]:
    """A shop with low bounds on what guests have not paid."""
    shop = {
        "guest_unpaid_purchases": MOST_UNPAID,
        "guest_unpaid_share": "0.5",
        "guest_unpaid_quantity": 2,
    }
    async with shop_with(make_settings(shop=shop)) as started:
        yield started


@pytest.fixture
async def guest(wary) -> AsyncIterator[httpx.AsyncClient]:
    async with client_at(wary) as made:
        yield made


async def take(client, database, product, quantity, **more) -> httpx.Response:
    """Check out a cart of its own, by default with a number of its own."""
    cart = filled_cart(database, (product, quantity), owner=more.pop("owner", None))
    return await check_out(client, cart, **{"contact_phone": phone(), **more})


def too_many(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_guests")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600


class TestOneAddress:
    async def test_opens_so_many_carts_in_an_hour(self, strict, database):
        async with client_at(strict) as client, client_at(strict) as other:
            for _ in range(MOST_CARTS):
                assert (await client.post(CARTS)).status_code == 201
            too_many(await client.post(CARTS))
            assert (await other.post(CARTS)).status_code == 201
            known = customer(database).headers
            assert (await client.post(CARTS, headers=known)).status_code == 201

    async def test_checks_out_so_often_whatever_comes_of_it(self, strict, database):
        milk, who = on_sale(database), customer(database)
        async with client_at(strict) as client:
            for _ in range(MOST_CHECKOUTS - 1):
                conflict(await check_out(client, filled_cart(database)), "empty_cart")
            cart = filled_cart(database, (milk, 1))
            assert (await check_out(client, cart)).status_code == 201
            too_many(await check_out(client, filled_cart(database, (milk, 1))))
            assert (await take(client, database, milk, 1, owner=who)).status_code == 201

    async def test_begins_anew_after_the_hour(self, make_settings, fresh_database):
        security = {"guest_carts_per_address": 1}
        async with (
            shop_with(make_settings(fresh_database, security=security)) as shop,
            client_at(shop) as client,
        ):
            await client.post(CARTS)
            too_many(await client.post(CARTS))
            rows(fresh_database, "UPDATE attempt SET window_ends_at = now()")
            assert (await client.post(CARTS)).status_code == 201


class TestOneNumber:
    async def test_has_so_many_unpaid_purchases_however_it_is_written(self, guest, database):
        milk, number = on_sale(database, stock=100), phone()
        first = await take(guest, database, milk, 1, contact_phone=number)
        spelt = number.replace("+48 ", "0048-").replace("11", "1 1")
        assert (await take(guest, database, milk, 1, contact_phone=spelt)).status_code == 201
        answer = await take(guest, database, milk, 1, contact_phone=number)
        conflict(answer, "unpaid_purchases")
        assert (await pay(guest, database, first.json(), "0.01")).status_code == 201
        answer = await take(guest, database, milk, 1, contact_phone=number)
        assert answer.status_code == 201, answer.text

    async def test_counts_neither_others_nor_customers(self, guest, database):
        milk, number, who = on_sale(database, stock=100), phone(), customer(database)
        for owner in (who, who, who, None, None, who):
            answer = await take(guest, database, milk, 1, contact_phone=number, owner=owner)
            assert answer.status_code == 201, answer.text
        assert (await take(guest, database, milk, 1)).status_code == 201

    async def test_counts_those_that_come_at_once(self, guest, database):
        milk, number = on_sale(database, stock=100), phone()
        await take(guest, database, milk, 1, contact_phone=number)
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (milk.id,))
            made = [
                asyncio.create_task(take(guest, database, milk, 1, contact_phone=number))
                for _ in range(2)
            ]
            await until_blocked(database, *made)
        answers = await asyncio.gather(*made)
        assert sorted(each.status_code for each in answers) == [201, 409]


class TestShare:
    async def test_of_a_product_is_all_that_unpaid_guests_hold(self, guest, database):
        milk = on_sale(database, stock=10)
        first = await take(guest, database, milk, 3)
        assert first.status_code == 201
        problem = conflict(await take(guest, database, milk, 3), "held_by_guests")
        assert problem["items"] == [
            {"product": milk.code, "requested": "3.000", "available": "2.000"}
        ]
        assert (await take(guest, database, milk, 2)).status_code == 201
        conflict(await take(guest, database, milk, 1), "held_by_guests")
        # Whoever pays, or is known, leaves the rest to others.
        await pay(guest, database, first.json())
        assert (await take(guest, database, milk, 1)).status_code == 201
        who = customer(database)
        assert (await take(guest, database, milk, 4, owner=who)).status_code == 201

    async def test_refused_changes_nothing(self, guest, database):
        milk, ham = on_sale(database, stock=10), on_sale(database)
        cart = filled_cart(database, (ham, 1), (milk, 6))
        conflict(await check_out(guest, cart, contact_phone=phone()), "held_by_guests")
        query = "SELECT sum(allocated) AS sum FROM stock_level WHERE product_id = ANY(%(ids)s)"
        assert rows(database, query, ids=[milk.id, ham.id])[0].sum == 0
        answer = await guest.get(f"{CARTS}/{cart.id}", headers=cart.headers)
        assert answer.json()["status"] == "open"

    async def test_is_an_ordinary_basket_at_least_if_nobody_waits(self, guest, database):
        milk = on_sale(database, stock=2)
        assert (await take(guest, database, milk, 2)).status_code == 201
        ham = on_sale(database, stock=3)
        problem = conflict(await take(guest, database, ham, 3), "held_by_guests")
        assert problem["items"][0]["available"] == "2.000"
        assert (await take(guest, database, ham, 1)).status_code == 201
        conflict(await take(guest, database, ham, 1), "held_by_guests")

    async def test_reduced_goods_are_no_part_of_it(self, guest, database):
        dairy, day = category(database), today(database) + timedelta(days=1)
        markdown(database, category=dairy)
        milk = on_sale(database, stock=10, category=dairy)
        stocked(database, milk, 20, expires_on=day)
        cart = filled_cart(database, (milk, 10))
        query = "UPDATE cart_item SET best_before = %(day)s WHERE cart_id = %(id)s"
        rows(database, query, day=day, id=cart.id)
        answer = await check_out(guest, cart, contact_phone=phone())
        assert answer.status_code == 201, answer.text
        assert (await take(guest, database, milk, 5)).status_code == 201
        conflict(await take(guest, database, milk, 1), "held_by_guests")

    async def test_is_of_what_others_leave(self, guest, database):
        milk = on_sale(database, stock=10)
        stocked(database, milk, 50, expires_on=today(database) - timedelta(days=1))
        who = customer(database)
        assert (await take(guest, database, milk, 4, owner=who)).status_code == 201
        problem = conflict(await take(guest, database, milk, 4), "held_by_guests")
        assert problem["items"][0]["available"] == "3.000"
        assert (await take(guest, database, milk, 3)).status_code == 201

    async def test_holds_for_those_that_come_at_once(self, guest, database):
        milk = on_sale(database, stock=6)
        answers = await asyncio.gather(*(take(guest, database, milk, 1) for _ in range(6)))
        assert sorted(each.status_code for each in answers) == [201] * 3 + [409] * 3

    async def test_what_is_not_there_is_out_of_stock(self, guest, database):
        conflict(await take(guest, database, on_sale(database, stock=1), 2), "out_of_stock")

    async def test_weighed_goods_may_be_parted(self, guest, database):
        ham = on_sale(database, stock="9.5", unit="kg")
        problem = conflict(await take(guest, database, ham, Decimal("4.8")), "held_by_guests")
        assert problem["items"][0]["available"] == "4.750"


async def test_a_customer_has_longer_to_pay(client, database):
    milk = on_sale(database)
    for who, minutes in ((None, 30), (customer(database), 120)):
        made = (await take(client, database, milk, 1, owner=who)).json()
        moments = (datetime.fromisoformat(made[name]) for name in ("placed_at", "pay_by"))
        placed_at, pay_by = moments
        assert pay_by - placed_at == timedelta(minutes=minutes)


def test_the_bounds_are_there_if_nobody_speaks_of_them():
    from app.core.settings import SecuritySettings, ShopSettings

    security, shop = SecuritySettings(), ShopSettings()
    assert security.guest_carts_per_address > security.guest_checkouts_per_address > 0
    assert shop.guest_minutes_to_pay < shop.minutes_to_pay
    assert shop.guest_unpaid_purchases > 0
    assert shop.guest_unpaid_share < 1
