"""Coupons in carts and at checkout: what they take off, whom they are refused, and that none is redeemed too often."""

from tests.builders import (
    as_clerk,
    brand,
    category,
    coupon,
    customer,
    deposit,
    filled_cart,
    on_sale,
    rows,
    today,
    value,
)
from tests.orders.sales import at_once, check_out, conflict, read

CARTS = "/api/v1/carts"


async def enter(client, cart, code):
    return await client.put(f"{CARTS}/{cart.id}/coupon", json={"code": code}, headers=cart.headers)


async def seen(client, cart):
    return (await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)).json()


def refused(answer, reason):
    assert conflict(answer, "coupon_refused")["reason"] == reason


def used(database, made):
    return value(database, "SELECT used FROM coupon WHERE id = %(id)s", id=made.id)


class TestWhatItTakesOff:
    async def test_an_amount_is_spread_over_the_goods_to_the_cent(self, client, database):
        made = coupon(database, amount="1.00", name="Welcome")
        goods = [on_sale(database, price=price, vat_rate="0.0700") for price in ("1.00", "2.00")]
        bottle = deposit(database, "0.25")
        beer = on_sale(database, price="3.00", vat_rate="0.1900", deposit=bottle)
        cart = filled_cart(database, *((each, 1) for each in goods), (beer, 1))
        shown = (await enter(client, cart, made.code.upper())).json()
        assert shown["coupon"] == {
            "code": made.code.upper(),
            "name": "Welcome",
            "reduction": "1.00",
            "refused": None,
            "minimum": "0.00",
        }
        assert shown["total"] == "5.25"
        answer = await check_out(client, cart, expected_total="5.25")
        bought = answer.json()
        # 0.99, 1.99 and 2.99 parts of 5.97: 16.58, 33.33 and 50.08 cents.
        assert [(line["coupon_reduction"], line["total"]) for line in bought["lines"]] == [
            ("0.17", "0.83"),
            ("0.33", "1.67"),
            ("0.50", "2.50"),
            ("0.00", "0.25"),
        ]
        assert bought["coupon"] == {
            "code": made.code.upper(),
            "name": "Welcome",
            "reduction": "1.00",
        }
        assert (bought["vat"], bought["vat_total"]) == (shown["vat"], shown["vat_total"])
        assert await read(client, database, bought) == bought

    async def test_a_rate_is_rounded_once(self, client, database):
        made = coupon(database, rate="0.1500")
        goods = [on_sale(database, price="0.33") for _ in range(3)]
        cart = filled_cart(database, *((each, 1) for each in goods))
        # 0.99 * 0.15 = 0.1485
        assert (await enter(client, cart, made.code)).json()["coupon"]["reduction"] == "0.15"
        bought = (await check_out(client, cart)).json()
        assert [line["total"] for line in bought["lines"]] == ["0.28", "0.28", "0.28"]

    async def test_each_line_costs_a_cent_still(self, client, database):
        made = coupon(database, amount="50.00")
        goods = [on_sale(database, price=price) for price in ("0.01", "0.02", "9.00")]
        cart = filled_cart(database, *((each, 1) for each in goods))
        assert (await enter(client, cart, made.code)).json()["total"] == "0.03"
        bought = (await check_out(client, cart)).json()
        assert [line["total"] for line in bought["lines"]] == ["0.01"] * 3
        assert bought["coupon"]["reduction"] == "9.00"

    async def test_nothing_of_what_is_excluded(self, client, database):
        maker, parent = brand(database), category(database)
        below = category(database, parent=parent)
        goods = [
            on_sale(database, price="2.00"),
            on_sale(database, price="2.00", brand=maker),
            on_sale(database, price="2.00", category=below),
            on_sale(database, price="2.00"),
        ]
        made = coupon(
            database,
            rate="0.5",
            excluded_products=[goods[0].code],
            excluded_brands=[maker.code],
            excluded_categories=[parent.code],
        )
        cart = filled_cart(database, *((each, 1) for each in goods))
        await enter(client, cart, made.code)
        bought = (await check_out(client, cart)).json()
        assert [line["total"] for line in bought["lines"]] == ["2.00", "2.00", "2.00", "1.00"]

    async def test_replaced_and_taken_out(self, client, database):
        first, second = coupon(database, amount="1.00"), coupon(database, amount="0.50")
        cart = filled_cart(database, (on_sale(database, price="2.00"), 1))
        assert (await enter(client, cart, first.code)).json()["total"] == "1.00"
        assert (await enter(client, cart, second.code)).json()["total"] == "1.50"
        url = f"{CARTS}/{cart.id}/coupon"
        assert (await client.delete(url, headers=cart.headers)).status_code == 204
        shown = await seen(client, cart)
        assert (shown["coupon"], shown["total"]) == (None, "2.00")


class TestRefused:
    async def test_when_it_is_entered(self, client, database):
        day = today(database)
        cart = filled_cart(database, (on_sale(database), 1))
        for wrong, reason in (
            ("no such thing", "unknown"),
            (coupon(database, active=False).code, "ended"),
            (coupon(database, ends_on=day.replace(year=day.year - 1)).code, "ended"),
            (coupon(database, starts_on=day.replace(year=day.year + 1, day=1)).code, "ended"),
            (coupon(database, uses=1, used=1).code, "used_up"),
            (coupon(database, single_use=True).code, "unknown"),
        ):
            refused(await enter(client, cart, wrong), reason)
        assert (await seen(client, cart))["coupon"] is None

    async def test_below_the_minimum_which_deposits_do_not_fill(self, client, database):
        made = coupon(database, minimum="5.00")
        beer = on_sale(database, price="1.00", deposit=deposit(database, "9.00"))
        cart = filled_cart(database, (beer, 4))
        shown = (await enter(client, cart, made.code)).json()["coupon"]
        assert (shown["refused"], shown["reduction"]) == ("below_minimum", "0.00")
        refused(await check_out(client, cart), "below_minimum")
        body = {"quantity": "5"}
        url = f"{CARTS}/{cart.id}/items/{beer.code}"
        shown = (await client.put(url, json=body, headers=cart.headers)).json()
        assert (shown["coupon"]["refused"], shown["total"]) == (None, "49.00")
        assert (await check_out(client, cart)).status_code == 201

    async def test_if_it_reduces_nothing(self, client, database):
        ham = on_sale(database)
        made = coupon(database, excluded_products=[ham.code])
        cart = filled_cart(database, (ham, 1))
        await enter(client, cart, made.code)
        refused(await check_out(client, cart), "nothing_to_reduce")

    async def test_if_it_ended_since(self, client, database):
        made = coupon(database)
        cart = filled_cart(database, (on_sale(database), 1))
        await enter(client, cart, made.code)
        rows(database, "UPDATE coupon SET active = false WHERE id = %(id)s", id=made.id)
        assert (await seen(client, cart))["coupon"]["refused"] == "ended"
        refused(await check_out(client, cart), "ended")
        assert used(database, made) == 0

    async def test_to_a_customer_who_has_redeemed_it(self, client, database):
        made, who, milk = coupon(database, uses_each=1), customer(database), on_sale(database)
        for expected in (201, 409):
            cart = filled_cart(database, (milk, 1), owner=who)
            await enter(client, cart, made.code)
            answer = await check_out(client, cart)
            assert answer.status_code == expected
        refused(answer, "used_by_you")
        assert used(database, made) == 1

    async def test_to_guests_with_a_number_that_has(self, client, database):
        made, milk = coupon(database, uses_each=1), on_sale(database, price="0.50")
        phones = ("+48 700 800 901", "+48-700-800-901", "+48 700 800 902")
        answers = []
        for phone in phones:
            cart = filled_cart(database, (milk, 2))
            await enter(client, cart, made.code)
            answers.append(await check_out(client, cart, contact_phone=phone))
        assert [answer.status_code for answer in answers] == [201, 409, 201]
        refused(answers[1], "used_by_you")

    async def test_in_a_cart_that_was_checked_out(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        await check_out(client, cart)
        conflict(await enter(client, cart, coupon(database).code), "checked_out")


class TestUses:
    async def test_are_never_exceeded(self, client, database):
        made, milk = coupon(database, uses=5), on_sale(database, stock=100)
        carts = [filled_cart(database, (milk, 1)) for _ in range(30)]
        for cart in carts:
            await enter(client, cart, made.code)
        answers = await at_once(*(check_out(client, cart) for cart in carts))
        won = [answer for answer in answers if answer.status_code == 201]
        assert len(won) == 5
        assert {answer.json()["total"] for answer in won} == {"1.50"}
        for answer in answers:
            if answer not in won:
                refused(answer, "used_up")
        assert used(database, made) == 5

    async def test_of_one_customer_are_never_exceeded(self, client, database):
        made, who, milk = coupon(database, uses_each=2), customer(database), on_sale(database)
        carts = [filled_cart(database, (milk, 1), owner=who) for _ in range(8)]
        for cart in carts:
            await enter(client, cart, made.code)
        answers = await at_once(*(check_out(client, cart) for cart in carts))
        assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 6

    async def test_of_a_code_are_one(self, client, database):
        made, milk = coupon(database, single_use=True), on_sale(database)
        url = f"/api/v1/coupons/{made.code}/codes"
        answer = await client.post(url, json={"count": 1}, headers=as_clerk(database))
        (code,) = answer.json()["codes"]
        carts = [filled_cart(database, (milk, 1)) for _ in range(6)]
        for cart in carts:
            answer = await enter(client, cart, code.lower().replace("-", " "))
            assert answer.json()["coupon"]["code"] == code.replace("-", "")
        answers = await at_once(*(check_out(client, cart) for cart in carts))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
        late = filled_cart(database, (milk, 1))
        refused(await enter(client, late, code), "used_up")
        (bought,) = [answer.json() for answer in answers if answer.status_code == 201]
        found = (await client.get(url, headers=as_clerk(database))).json()["items"]
        assert found == [{"code": code, "purchase": bought["id"]}]
        cancel = f"/api/v1/purchases/{bought['id']}/cancel"
        answer = await client.post(cancel, json={"reason": "x"}, headers=as_clerk(database))
        assert answer.status_code == 200
        assert used(database, made) == 0
        await enter(client, late, code)
        assert (await check_out(client, late)).status_code == 201

    async def test_come_back_with_a_cancelled_purchase_only(self, client, database):
        made, milk = coupon(database, uses=1), on_sale(database)
        cart = filled_cart(database, (milk, 1))
        await enter(client, cart, made.code)
        bought = (await check_out(client, cart)).json()
        assert used(database, made) == 1
        url = f"/api/v1/purchases/{bought['id']}/cancel"
        await client.post(url, json={"reason": "x"}, headers=as_clerk(database))
        assert used(database, made) == 0

    async def test_are_not_spent_where_the_stock_is_not_enough(self, client, database):
        made, milk = coupon(database, uses=1), on_sale(database, stock=1)
        cart = filled_cart(database, (milk, 2))
        await enter(client, cart, made.code)
        conflict(await check_out(client, cart), "out_of_stock")
        assert used(database, made) == 0
