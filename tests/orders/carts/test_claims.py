"""A guest's basket is taken over at login."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.orders.carts.schemas import ClaimedCart
from tests.builders import (
    category,
    coupon,
    customer,
    filled_cart,
    insert,
    markdown,
    on_sale,
    rows,
    stocked,
    today,
    unique,
    value,
)
from tests.orders.sales import at_once, check_out, conflict

CARTS = "/api/v1/carts"


async def claim(client, who, cart, token=None, **headers):
    return await client.post(
        f"{CARTS}/{cart.id}/claim",
        json={"token": token or cart.token},
        headers=who.headers | headers,
    )


def lines_of(answer):
    assert answer.status_code == 200, answer.text
    found = ClaimedCart.model_validate_json(answer.content)
    return [(item.product.code, item.quantity) for item in found.items]


def change(product, wanted, got, why):
    return {"product": product.code, "wanted": wanted, "got": got, "why": why}


def put_in(database, cart, product, **more):
    columns = {"cart_id": cart.id, "product_id": product.id, "quantity": 1}
    return insert(database, "cart_item", **columns | more)


def set_product(database, product, column, to):
    rows(database, f"UPDATE product SET {column} = %(to)s WHERE id = %(id)s", to=to, id=product.id)


class TestClaim:
    async def test_adds_to_what_the_customer_has_and_ends_the_guests(self, client, database):
        milk, ham = on_sale(database), on_sale(database, unit="kg")
        who = customer(database)
        own = filled_cart(database, (milk, 2), owner=who)
        guests = filled_cart(database, (ham, "0.250"), (milk, 3))
        answer = await claim(client, who, guests)
        assert answer.json()["id"] == str(own.id)
        assert answer.json()["changes"] == []
        assert lines_of(answer) == [(milk.code, Decimal(5)), (ham.code, Decimal("0.25"))]
        left = await client.get(f"{CARTS}/{guests.id}", headers=guests.headers)
        assert left.status_code == 401
        assert (await claim(client, who, guests)).status_code == 404

    async def test_opens_a_cart_for_who_has_none(self, client, database):
        milk, who = on_sale(database), customer(database)
        answer = await claim(client, who, filled_cart(database, (milk, 1)))
        assert lines_of(answer) == [(milk.code, Decimal(1))]
        found = await client.post(CARTS, headers=who.headers)
        assert (found.status_code, found.json()["id"]) == (200, answer.json()["id"])

    async def test_keeps_labels_reduced_goods_and_substitutes_apart(self, client, database):
        dairy = category(database)
        markdown(database, "0.5", 1, category=dairy)
        yoghurt = on_sale(database, category=dairy)
        day = today(database) + timedelta(days=1)
        stocked(database, yoghurt, 4, expires_on=day)
        who, guests = customer(database), filled_cart(database)
        own = filled_cart(database, (yoghurt, 1), owner=who)
        for cart in (own, guests):
            put_in(database, cart, yoghurt, best_before=day)
            put_in(database, cart, yoghurt, label_price="1.00")
        put_in(database, guests, yoghurt, quantity=2, substitute=True)
        answer = await claim(client, who, guests)
        assert [
            (item["offer"], item["label_price"], item["quantity"])
            for item in answer.json()["items"]
        ] == [
            ("regular", None, "3.000"),
            ("reduced", None, "2.000"),
            ("regular", "1.00", "1.000"),
            ("regular", "1.00", "1.000"),
        ]

    async def test_says_what_did_not_come_along(self, client, database):
        gone, loose, old = (
            on_sale(database, **more) for more in ({}, {"unit": "kg", "stock": None}, {})
        )
        much, full, weight = on_sale(database), on_sale(database), on_sale(database, unit="kg")
        who = customer(database)
        filled_cart(database, (much, 990), (full, 999), (weight, "998.5"), owner=who)
        guests = filled_cart(
            database, (gone, 2), (loose, "0.5"), (much, 10), (full, 1), (weight, "0.75")
        )
        put_in(database, guests, old, best_before=today(database))
        set_product(database, gone, "active", to=False)
        set_product(database, loose, "unit", to="piece")
        answer = await claim(client, who, guests)
        assert answer.json()["changes"] == [
            change(gone, "2.000", "0.000", "withdrawn"),
            change(loose, "0.500", "0.000", "not_whole"),
            change(much, "10.000", "9.000", "too_much"),
            change(full, "1.000", "0.000", "too_much"),
            change(weight, "0.750", "0.500", "too_much"),
            change(old, "1.000", "0.000", "not_reduced"),
        ]
        assert lines_of(answer) == [(each.code, Decimal(999)) for each in (much, full, weight)]

    async def test_takes_lines_until_the_cart_is_full(self, client, database):
        many = [on_sale(database, stock=None) for _ in range(101)]
        who = customer(database)
        own = filled_cart(database, *((product, 1) for product in many[:99]), owner=who)
        first, known, *_ = guest_lines = [many[99], many[0], many[100]]
        answer = await claim(client, who, filled_cart(database, *((p, 1) for p in guest_lines)))
        assert answer.json()["changes"] == [change(many[100], "1.000", "0.000", "cart_full")]
        found = dict(lines_of(answer))
        assert (len(found), found[first.code], found[known.code]) == (100, 1, 2)
        assert answer.json()["id"] == str(own.id)

    @pytest.mark.parametrize("has_one", [False, True])
    async def test_takes_the_coupon_where_there_is_none(self, client, database, has_one):
        who, milk = customer(database), on_sale(database)
        mine, theirs = coupon(database, amount="0.50"), coupon(database, amount="1.00")
        own = filled_cart(database, (milk, 1), owner=who)
        guests = filled_cart(database, (milk, 1))
        for cart, entered in ((guests, theirs), (own, mine))[: 1 + has_one]:
            query = "UPDATE cart SET coupon_id = %(coupon)s WHERE id = %(id)s"
            rows(database, query, coupon=entered.id, id=cart.id)
        found = (await claim(client, who, guests)).json()["coupon"]
        assert found["code"] == (mine if has_one else theirs).code.upper()


class TestWho:
    async def test_has_to_know_the_token(self, client, database):
        who, other = customer(database), filled_cart(database)
        guests = filled_cart(database, (on_sale(database), 1))
        for answer in (
            await claim(client, who, guests, token=other.token),
            await claim(client, who, guests, token=who.token),
            await claim(client, who, other, token=guests.token),
        ):
            assert answer.status_code == 404
        assert (await claim(client, guests, guests)).status_code == 403
        assert (await client.get(f"{CARTS}/{guests.id}", headers=guests.headers)).json()["items"]

    async def test_finds_none_that_has_ended_or_was_bought(self, client, database):
        who = customer(database)
        assert (await claim(client, who, filled_cart(database, hours=-1))).status_code == 404
        bought = filled_cart(database, (on_sale(database), 1))
        assert (await check_out(client, bought)).status_code == 201
        conflict(await claim(client, who, bought), "checked_out")


class TestTwice:
    async def test_at_once_adds_once(self, client, database):
        milk = on_sale(database)
        for _ in range(3):
            people = [customer(database) for _ in range(2)]
            guests = filled_cart(database, (milk, 2))
            answers = await at_once(*(claim(client, who, guests) for who in people * 2))
            assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
            query = """SELECT sum(quantity) FROM cart_item i JOIN cart c ON c.id = i.cart_id
                WHERE c.customer_id = ANY(%(people)s)"""
            found = value(database, query, people=[who.customer_id for who in people])
            assert found == 2

    async def test_by_one_key_is_one(self, client, database):
        who, guests = customer(database), filled_cart(database, (on_sale(database), 2))
        key = {"Idempotency-Key": unique()}
        answers = [await claim(client, who, guests, **key) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert [quantity for _, quantity in lines_of(answers[1])] == [2]
