"""Reduced goods: an offer of their own, from the product's page to the purchase."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.commands.consistency import breaches, snapshot
from app.orders.purchases.schemas import Purchase
from app.product.products.schemas import ProductDetails
from tests.builders import (
    as_clerk,
    category,
    discount,
    filled_cart,
    guest_cart,
    level_of,
    markdown,
    on_sale,
    rows,
    stocked,
    today,
)
from tests.orders.sales import at_once, bought, check_out, conflict, invalid
from tests.support.clients import client_at, shop_with
from tests.support.locks import transaction, until_blocked

CARTS = "/api/v1/carts"


@pytest.fixture
def shelf(database: Any) -> Any:
    """A yoghurt of 2.00: four with one day left, of which a rule takes half, three with two, and ten that keep."""
    dairy = category(database)
    markdown(database, "0.5", 1, category=dairy)
    markdown(database, "0.2", 3, category=dairy)
    made = on_sale(database, stock=10, price="2.00", category=dairy)
    made.tomorrow = today(database) + timedelta(days=1)
    made.later = today(database) + timedelta(days=2)
    made.soon = stocked(database, made, 4, expires_on=made.tomorrow)
    stocked(database, made, 3, expires_on=made.later)
    return made


async def add(client: Any, cart: Any, product: Any, day: Any = None, quantity: str = "1") -> Any:
    body = {"product": product.code, "quantity": quantity}
    body |= {"best_before": str(day)} if day else {}
    return await client.post(f"{CARTS}/{cart.id}/items", json=body, headers=cart.headers)


def promised(database: Any, product: Any) -> Any:
    """Return what is promised of a product, which its level, its lots and its purchases must agree on."""
    query = """
        SELECT l.allocated AS level, (SELECT sum(s.allocated) FROM stock s WHERE s.product_id = l.product_id) AS lots,
            (SELECT coalesce(sum(a.quantity), 0) FROM allocation a JOIN purchase_line n ON n.id = a.purchase_line_id
             JOIN purchase p ON p.id = n.purchase_id AND p.status = 'placed' WHERE n.product_id = l.product_id) AS lines
        FROM stock_level l WHERE l.product_id = %(id)s"""
    (found,) = rows(database, query, id=product.id)
    assert found.level == found.lots == found.lines
    return found.level


class TestShown:
    async def test_beside_the_product_that_keeps(self, client, shelf):
        answer = await client.get(f"/api/v1/products/{shelf.code}")
        ProductDetails.model_validate_json(answer.content, strict=True)
        said = answer.json()
        assert (said["price"], said["available"], said["in_stock"]) == ("2.00", "10.000", True)
        assert said["reduced"] == [
            {"best_before": str(day), "price": price, "rate": rate, "quantity": quantity}
            for day, price, rate, quantity in (
                (shelf.tomorrow, "1.00", "0.5000", "4.000"),
                (shelf.later, "1.60", "0.2000", "3.000"),
            )
        ]

    async def test_not_without_rules_nor_of_what_has_expired(self, client, database):
        dairy = category(database)
        milk = on_sale(database, category=dairy, expires_on=today(database) - timedelta(days=1))
        markdown(database, category=dairy)
        ham = on_sale(database, expires_on=today(database))
        for product, available in ((milk, "0.000"), (ham, "10.000")):
            said = (await client.get(f"/api/v1/products/{product.code}")).json()
            assert (said["reduced"], said["available"]) == ([], available)

    async def test_where_stock_is_told(self, client, database, shelf):
        rows(database, "UPDATE product SET reorder_level = 10 WHERE id = %(id)s", id=shelf.id)
        query = {"product": shelf.code, "reorder": "true"}
        answer = await client.get("/api/v1/stock/levels", params=query, headers=as_clerk(database))
        (level,) = answer.json()["items"]
        assert (level["on_hand"], level["available"]) == ("17.000", "10.000")

    async def test_is_not_in_stock_if_all_of_it_is_reduced(self, client, database):
        dairy = category(database)
        markdown(database, category=dairy)
        milk = on_sale(database, category=dairy, expires_on=today(database))
        said = (await client.get(f"/api/v1/products/{milk.code}")).json()
        assert said["in_stock"] is False
        query = {"category": dairy.code, "in_stock": "true"}
        assert (await client.get("/api/v1/products", params=query)).json()["items"] == []


class TestCarts:
    async def test_have_a_line_for_each_day(self, client, database, shelf):
        cart = guest_cart(database)
        await add(client, cart, shelf)
        await add(client, cart, shelf, shelf.tomorrow)
        await add(client, cart, shelf, shelf.later)
        answer = await add(client, cart, shelf, shelf.tomorrow, "2")
        lines = [
            (line["offer"], line["best_before"], line["quantity"], line["total"], line["available"])
            for line in answer.json()["items"]
        ]
        assert lines == [
            ("regular", None, "1.000", "2.00", "10.000"),
            ("reduced", str(shelf.tomorrow), "3.000", "3.00", "4.000"),
            ("reduced", str(shelf.later), "1.000", "1.60", "3.000"),
        ]
        assert answer.json()["total"] == "6.60"
        # To set how much of it is there is about what costs its full price.
        url = f"{CARTS}/{cart.id}/items/{shelf.code}"
        await client.put(url, json={"quantity": "5"}, headers=cart.headers)
        answer = await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)
        assert [line["quantity"] for line in answer.json()["items"]] == ["5.000", "3.000", "1.000"]

    async def test_take_no_day_that_nothing_has(self, client, database, shelf):
        cart, day = guest_cart(database), today(database)
        conflict(await add(client, cart, shelf, day + timedelta(days=5)), "not_reduced")
        body = {"barcode": "4011", "best_before": str(day)}
        answer = await client.post(f"{CARTS}/{cart.id}/items", json=body, headers=cart.headers)
        invalid(answer, "/best_before")

    async def test_never_cost_less_than_a_cent(self, client, database):
        dairy = category(database)
        markdown(database, "0.9", 0, category=dairy)
        gum = on_sale(database, price="0.03", category=dairy, expires_on=today(database))
        answer = await add(client, guest_cart(database), gum, today(database))
        assert answer.json()["items"][0]["unit_price"] == "0.01"

    async def test_cost_the_rate_off_the_list_price_whatever_is_discounted(self, client, database):
        dairy = category(database)
        markdown(database, "0.3", 0, category=dairy)
        half = discount(database, "0.1")
        milk = on_sale(
            database, price="2.00", category=dairy, discount=half, expires_on=today(database)
        )
        answer = await add(client, guest_cart(database), milk, today(database))
        assert answer.json()["items"][0]["unit_price"] == "1.40"


class TestCheckout:
    async def test_freezes_price_and_day_and_takes_those_lots(self, client, database, shelf):
        cart = guest_cart(database)
        await add(client, cart, shelf, quantity="10")
        await add(client, cart, shelf, shelf.tomorrow, "4")
        answer = await check_out(client, cart, expected_total="24.00")
        assert answer.status_code == 201, answer.text
        Purchase.model_validate_json(answer.content, strict=True)
        regular, reduced = answer.json()["lines"]
        assert (regular["offer"], regular["best_before"]) == ("regular", None)
        assert reduced["offer"] == "reduced"
        assert reduced["best_before"] == str(shelf.tomorrow)
        assert (reduced["list_price"], reduced["discount_rate"]) == ("2.00", "0.5000")
        assert (reduced["unit_price"], reduced["total"]) == ("1.00", "4.00")
        lots = rows(
            database,
            "SELECT a.stock_id, a.quantity FROM allocation a WHERE a.purchase_line_id = %(id)s",
            id=reduced["id"],
        )
        assert [(lot.stock_id, lot.quantity) for lot in lots] == [(shelf.soon.id, 4)]
        said = (await client.get(f"/api/v1/products/{shelf.code}")).json()
        assert (said["available"], said["reduced"][0]["best_before"]) == ("0.000", str(shelf.later))
        assert promised(database, shelf) == 14

    async def test_takes_no_reduced_goods_at_the_full_price(self, client, database, shelf):
        answer = await check_out(client, filled_cart(database, (shelf, 11)))
        assert conflict(answer, "out_of_stock")["items"] == [
            {"product": shelf.code, "requested": "11.000", "available": "10.000"}
        ]
        await bought(client, database, (shelf, 10))

    async def test_has_no_more_of_them_than_there_are(self, client, database, shelf):
        cart = guest_cart(database)
        await add(client, cart, shelf, shelf.tomorrow, "5")
        await add(client, cart, shelf)
        answer = await check_out(client, cart)
        assert conflict(answer, "out_of_stock")["items"] == [
            {"product": shelf.code, "requested": "5.000", "available": "4.000"}
        ]
        assert promised(database, shelf) == 0

    async def test_of_the_last_ones_at_once(self, client, database, shelf):
        carts = [guest_cart(database) for _ in range(12)]
        for cart in carts:
            await add(client, cart, shelf, shelf.tomorrow)
            await add(client, cart, shelf)
        answers = await at_once(*(check_out(client, cart) for cart in carts))
        assert sorted(answer.status_code for answer in answers) == [201] * 4 + [409] * 8
        assert promised(database, shelf) == 8

    async def test_of_two_products_in_both_ways_at_once(self, client, database, shelf):
        dairy, carts = category(database), []
        markdown(database, "0.5", 1, category=dairy)
        other = on_sale(database, stock=20, category=dairy)
        stocked(database, other, 20, expires_on=shelf.tomorrow)
        for turn in range(8):
            carts.append(guest_cart(database))
            whole, reduced = (shelf, other) if turn % 2 else (other, shelf)
            await add(client, carts[-1], whole)
            await add(client, carts[-1], reduced, shelf.tomorrow)
        answers = await at_once(*(check_out(client, cart) for cart in carts))
        assert [answer.status_code for answer in answers] == [201] * 8
        assert (promised(database, shelf), promised(database, other)) == (8, 8)

    async def test_not_at_the_full_price_by_a_rule_that_comes_meanwhile(
        self, client, database, shelf
    ):
        cart = guest_cart(database)
        switch = "UPDATE markdown SET active = NOT active WHERE category_id = %(id)s"
        await add(client, cart, shelf, shelf.tomorrow)
        rows(database, switch, id=shelf.category_id)
        async with transaction(database) as other:
            other.execute("SELECT FROM stock_level WHERE product_id = %s FOR UPDATE", [shelf.id])
            late = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, late)
            rows(database, switch, id=shelf.category_id)
        conflict(await late, "out_of_stock")
        assert promised(database, shelf) == 0

    async def test_does_not_promise_past_the_day(self, client, database, make_settings):
        dairy, day = category(database), today(database)
        markdown(database, category=dairy)
        milk = on_sale(database, category=dairy, expires_on=day)
        cart = guest_cart(database)
        await add(client, cart, milk, day)
        late = rows(
            database,
            "SELECT outcome FROM place_order(%(cart)s, 'x', '1234567', NULL, 'EUR', 1440, NULL, NULL, NULL, NULL)",
            cart=cart.id,
        )
        assert late[0].outcome == "out_of_stock"

    async def test_keeps_what_was_promised_before_at_its_price(self, client, database):
        dairy = category(database)
        milk = on_sale(database, price="2.00", category=dairy, stock=5, expires_on=today(database))
        made = await bought(client, database, (milk, 3))
        markdown(database, "0.5", 0, category=dairy)
        said = (await client.get(f"/api/v1/products/{milk.code}")).json()
        assert (said["available"], said["reduced"][0]["quantity"]) == ("0.000", "2.000")
        url, clerk = f"/api/v1/purchases/{made['id']}", as_clerk(database)
        assert (await client.get(url, headers=clerk)).json()["total"] == "6.00"
        money = {"amount": "6.00", "method": "cash"}
        await client.post(f"{url}/payments", json=money, headers=clerk)
        assert (await client.post(f"{url}/collect", headers=clerk)).status_code == 200
        assert (level_of(database, milk).on_hand, promised(database, milk)) == (2, 0)

    async def test_leaves_books_that_add_up(self, fresh_database, make_settings):
        dairy, day = category(fresh_database), today(fresh_database) + timedelta(days=1)
        markdown(fresh_database, "0.5", 1, category=dairy)
        milk = on_sale(fresh_database, price="0.99", category=dairy, expires_on=day)
        settings = make_settings(fresh_database)
        async with shop_with(settings) as started, client_at(started) as client:
            cart = guest_cart(fresh_database)
            await add(client, cart, milk, day, "3")
            assert (await check_out(client, cart, expected_total="1.50")).status_code == 201
        with snapshot(fresh_database.app_url) as cursor:
            assert breaches(cursor) == []

    async def test_follows_a_rule_that_ends(self, client, database, shelf):
        cart = guest_cart(database)
        await add(client, cart, shelf, shelf.tomorrow)
        rows(
            database,
            "UPDATE markdown SET active = false WHERE category_id = %(id)s",
            id=shelf.category_id,
        )
        said = (await client.get(f"/api/v1/products/{shelf.code}")).json()
        assert (said["available"], said["reduced"]) == ("17.000", [])
        conflict(await check_out(client, cart), "out_of_stock")
