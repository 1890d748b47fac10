"""A cart says what of it cannot be bought, and why."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.orders.carts.schemas import Cart
from tests.builders import (
    category,
    coupon,
    deposit,
    filled_cart,
    guest_cart,
    insert,
    markdown,
    on_sale,
    rows,
    stocked,
    today,
)
from tests.orders.sales import check_out, conflict, invalid

CARTS = "/api/v1/carts"


async def seen(client, cart):
    answer = await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)
    Cart.model_validate_json(answer.content, strict=True)
    return answer.json()


def problems(shown):
    return [item["problems"] for item in shown["items"]]


def set_product(database, product, column, to):
    rows(database, f"UPDATE product SET {column} = %(to)s WHERE id = %(id)s", to=to, id=product.id)


class TestReady:
    async def test_is_what_can_be_bought(self, client, database):
        cart = filled_cart(database, (on_sale(database, stock=2), 2))
        shown = await seen(client, cart)
        assert (shown["ready"], problems(shown)) == (True, [[]])
        assert (await check_out(client, cart)).status_code == 201
        assert (await seen(client, cart))["ready"] is False

    async def test_is_nothing_empty(self, client, database):
        assert (await seen(client, guest_cart(database)))["ready"] is False
        assert (await client.post(CARTS)).json()["ready"] is False

    async def test_is_nothing_whose_coupon_is_refused(self, client, database):
        cart = filled_cart(database, (on_sale(database, price="1.00"), 1))
        entered = coupon(database, amount="1.00", minimum="5.00")
        query = "UPDATE cart SET coupon_id = %(coupon)s WHERE id = %(id)s"
        rows(database, query, coupon=entered.id, id=cart.id)
        shown = await seen(client, cart)
        assert (shown["coupon"]["refused"], shown["ready"]) == ("below_minimum", False)

    async def test_leaves_the_age_to_be_confirmed(self, client, database):
        beer, wine = on_sale(database, min_age=16), on_sale(database, min_age=18)
        cart = filled_cart(database, (beer, 1), (wine, 1), (on_sale(database), 1))
        shown = await seen(client, cart)
        assert [item["min_age"] for item in shown["items"]] == [16, 18, None]
        assert (shown["min_age"], shown["ready"]) == (18, True)
        set_product(database, wine, "active", to=False)
        assert (await seen(client, cart))["min_age"] == 16


class TestWithdrawn:
    async def test_is_in_no_sum(self, client, database):
        bottle = deposit(database, "0.25")
        gone = on_sale(database, price="9.00", vat_rate="0.1900", deposit=bottle)
        milk = on_sale(database, price="1.07", vat_rate="0.0700")
        cart = filled_cart(database, (gone, 1), (milk, 2))
        entered = coupon(database, rate="0.5")
        query = "UPDATE cart SET coupon_id = %(coupon)s WHERE id = %(id)s"
        rows(database, query, coupon=entered.id, id=cart.id)
        set_product(database, gone, "active", to=False)
        shown = await seen(client, cart)
        assert problems(shown) == [["withdrawn"], []]
        assert (shown["ready"], shown["total"]) == (False, "1.07")
        assert shown["coupon"]["reduction"] == "1.07"
        assert [(each["rate"], each["gross"]) for each in shown["vat"]] == [("0.0700", "1.07")]
        refused = conflict(await check_out(client, cart), "withdrawn")
        assert refused["items"] == [{"product": gone.code}]

    @pytest.mark.parametrize("reduction", [{"amount": "1.00"}, {"rate": "0.5"}])
    async def test_leaves_nothing_where_it_was_all(self, client, database, reduction):
        gone = on_sale(database, active=False)
        cart = filled_cart(database, (gone, 1))
        query = "UPDATE cart SET coupon_id = %(coupon)s WHERE id = %(id)s"
        rows(database, query, coupon=coupon(database, **reduction).id, id=cart.id)
        shown = await seen(client, cart)
        assert (shown["total"], shown["vat_total"], shown["vat"]) == ("0.00", "0.00", [])
        assert shown["coupon"]["reduction"] == "0.00"
        assert shown["coupon"]["refused"] == "nothing_to_reduce"


class TestWhatThereIs:
    async def test_has_to_do_for_all_lines_of_a_product(self, client, database):
        cheese = on_sale(database, unit="kg", stock="0.600")
        cart = filled_cart(database, (cheese, "0.300"))
        columns = {"cart_id": cart.id, "product_id": cheese.id, "label_price": "3.00"}
        line = insert(database, "cart_item", quantity="0.300", **columns)
        assert problems(await seen(client, cart)) == [[], []]
        rows(database, "UPDATE cart_item SET quantity = 0.301 WHERE id = %(id)s", id=line.id)
        shown = await seen(client, cart)
        assert problems(shown) == [["out_of_stock"]] * 2
        assert [item["available"] for item in shown["items"]] == ["0.600"] * 2
        assert shown["ready"] is False
        assert Decimal(shown["total"]) > 0

    async def test_is_counted_by_the_day_on_reduced_goods(self, client, database):
        dairy = category(database)
        markdown(database, "0.5", 5, category=dairy)
        yoghurt = on_sale(database, stock=3, category=dairy)
        days = [today(database) + timedelta(days=n) for n in (2, 3, 4)]
        for day in days[:2]:
            stocked(database, yoghurt, 2, expires_on=day)
        cart = filled_cart(database, (yoghurt, 3))
        for day, quantity in zip(days, (2, 3, 1), strict=True):
            columns = {"cart_id": cart.id, "product_id": yoghurt.id, "best_before": day}
            insert(database, "cart_item", quantity=quantity, **columns)
        shown = await seen(client, cart)
        assert problems(shown) == [[], [], ["out_of_stock"], ["not_reduced"]]
        assert [item["available"] for item in shown["items"]][1:] == ["2.000", "2.000", "0.000"]

    async def test_is_sold_by_the_piece_now(self, client, database):
        rolls = on_sale(database, unit="kg", stock=None)
        cart = filled_cart(database, (rolls, "1.5"))
        set_product(database, rolls, "unit", to="piece")
        shown = await seen(client, cart)
        assert problems(shown) == [["not_whole", "out_of_stock"]]
        conflict(await check_out(client, cart), "withdrawn")


class TestSubstitutes:
    async def test_are_welcome_or_not_and_stay_so(self, client, database):
        cart, milk = guest_cart(database), on_sale(database)
        url = f"{CARTS}/{cart.id}/items"
        said = []
        for ask, path, more in (
            (client.put, f"{url}/{milk.code}", {}),
            (client.put, f"{url}/{milk.code}", {"substitute": True}),
            (client.put, f"{url}/{milk.code}", {}),
            (client.post, url, {"product": milk.code}),
            (client.post, url, {"product": milk.code, "substitute": None}),
            (client.post, url, {"product": milk.code, "substitute": False}),
        ):
            answer = await ask(path, json={"quantity": "1"} | more, headers=cart.headers)
            said.append(answer.json()["items"][0]["substitute"])
        assert said == [False, True, True, True, True, False]

    async def test_are_said_of_a_line_and_kept_at_checkout(self, client, database):
        bottle = deposit(database, "0.25")
        beer, milk = on_sale(database, deposit=bottle), on_sale(database)
        cart = filled_cart(database, (milk, 1), (beer, 1))
        line = (await seen(client, cart))["items"][1]["id"]
        url = f"{CARTS}/{cart.id}/lines/{line}"
        answer = await client.patch(url, json={"substitute": True}, headers=cart.headers)
        assert [item["substitute"] for item in answer.json()["items"]] == [False, True]
        wrong = await client.patch(url, json={"substitute": None}, headers=cart.headers)
        invalid(wrong, "/substitute")
        made = (await check_out(client, cart)).json()
        assert [each["substitute"] for each in made["lines"]] == [False, True, False]
        url = f"/api/v1/purchases/{made['id']}"
        assert (await client.get(url, headers=cart.headers)).json() == made
        late = f"{CARTS}/{cart.id}/lines/{line}"
        answer = await client.patch(late, json={"substitute": False}, headers=cart.headers)
        conflict(answer, "checked_out")

    async def test_of_a_line_that_is_not_there(self, client, database):
        cart, other = guest_cart(database), filled_cart(database, (on_sale(database), 1))
        line = (await seen(client, other))["items"][0]["id"]
        url = f"{CARTS}/{cart.id}/lines/{line}"
        answer = await client.patch(url, json={"substitute": True}, headers=cart.headers)
        assert answer.status_code == 404
