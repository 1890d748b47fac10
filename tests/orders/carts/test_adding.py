"""POST /carts/{id}/items, which adds, and DELETE /carts/{id}/lines/{line}."""

from decimal import Decimal
from typing import Any

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit

from app.orders.carts.schemas import Cart
from tests.builders import (
    as_clerk,
    customer,
    deposit,
    filled_cart,
    gtin,
    guest_cart,
    on_sale,
    plu,
    rows,
    value,
)
from tests.orders.sales import at_once, check_out, conflict, invalid
from tests.support.clients import client_at, shop_with

CARTS = "/api/v1/carts"
FORMS = ["221IIIIVPPPPC", "281IIIIWWWWWC"]


def ean(digits: str) -> str:
    return f"{digits}{gs1_standard_check_digit(digits)}"


def weighed(number: str, grams: int) -> str:
    return ean(f"281{number}{grams:05}")


def priced(number: str, cents: int) -> str:
    return ean(f"221{number}{gs1_price_weight_check_digit(f'{cents:04}')}{cents:04}")


@pytest.fixture
async def weighing(make_settings):
    """A client of a shop whose scales print labels."""
    settings = make_settings(shop={"scale_labels": FORMS})
    async with shop_with(settings) as started, client_at(started) as made:
        yield made


async def add(client: Any, cart: Any, headers: Any = None, **body: Any) -> Any:
    url = f"{CARTS}/{cart.id}/items"
    return await client.post(url, json=body, headers=headers or cart.headers)


async def lines(answer: Any) -> list[tuple[str, str, str | None, str]]:
    assert answer.status_code == 200, answer.text
    Cart.model_validate_json(answer.content, strict=True)
    return [
        (item["product"]["code"], item["quantity"], item["label_price"], item["total"])
        for item in answer.json()["items"]
    ]


class TestByCode:
    async def test_adds_to_what_is_there(self, client, database):
        milk, cart = on_sale(database, price="1.50"), guest_cart(database)
        assert await lines(await add(client, cart, product=milk.code)) == [
            (milk.code, "1.000", None, "1.50")
        ]
        answer = await add(client, cart, product=milk.code, quantity="3")
        assert await lines(answer) == [(milk.code, "4.000", None, "6.00")]

    async def test_all_of_those_that_come_at_once(self, client, database):
        milk, who = on_sale(database), customer(database)
        cart = filled_cart(database, owner=who)
        await at_once(*(add(client, cart, product=milk.code) for _ in range(12)))
        answer = await client.get(f"{CARTS}/{cart.id}", headers=who.headers)
        assert [item["quantity"] for item in answer.json()["items"]] == ["12.000"]

    async def test_once_however_often_it_is_sent(self, client, database):
        milk, cart = on_sale(database), guest_cart(database)
        key = {**cart.headers, "Idempotency-Key": "once"}
        first = await add(client, cart, key, product=milk.code)
        again = await add(client, cart, key, product=milk.code)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json() == first.json()
        assert again.json()["items"][0]["quantity"] == "1.000"

    async def test_what_is_wrong(self, client, database):
        milk, cart = on_sale(database), guest_cart(database)
        invalid(await add(client, cart), "/barcode")
        invalid(await add(client, cart, product=milk.code, barcode="4011"), "/barcode")
        invalid(await add(client, cart, product="no-such-thing"), "/product")
        invalid(await add(client, cart, product=milk.code, quantity="0"), "/quantity")
        invalid(await add(client, cart, product=milk.code, quantity="0.5"), "/quantity")
        await add(client, cart, product=milk.code, quantity="998")
        invalid(await add(client, cart, product=milk.code, quantity="2"), "/quantity")
        rows(database, "UPDATE product SET active = false WHERE id = %(id)s", id=milk.id)
        conflict(await add(client, cart, product=milk.code), "withdrawn")

    async def test_not_to_another_ones_cart(self, client, database):
        milk, cart, other = on_sale(database), guest_cart(database), guest_cart(database)
        answer = await add(client, cart, other.headers, product=milk.code)
        assert answer.status_code == 404

    async def test_not_behind_checkout(self, client, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        made = await check_out(client, cart)
        answer = await add(client, cart, product=milk.code)
        conflict(answer, "checked_out")
        assert answer.headers["Location"] == made.headers["Location"]


class TestByBarcode:
    async def test_on_a_piece_and_on_packs(self, client, database):
        one, six = gtin(database), gtin(database)
        beer = on_sale(database, price="0.90", gtin=one, other_barcodes=[(six, 6)])
        cart = guest_cart(database)
        await add(client, cart, barcode=one)
        answer = await add(client, cart, barcode=six, quantity="2")
        assert await lines(answer) == [(beer.code, "13.000", None, "11.70")]
        invalid(await add(client, cart, barcode=six, quantity="0.5"), "/quantity")

    async def test_with_deposits(self, client, database):
        code = gtin(database)
        on_sale(database, price="0.90", gtin=code, deposit=deposit(database, "0.08"))
        answer = await add(client, guest_cart(database), barcode=code, quantity="3")
        assert answer.json()["items"][0]["deposit"]["total"] == "0.24"
        assert answer.json()["total"] == "2.94"

    async def test_that_says_no_weight_needs_one(self, client, database):
        number = plu(database)
        pears = on_sale(database, price="3.00", plu=number, unit="kg")
        cart = guest_cart(database)
        invalid(await add(client, cart, barcode=number), "/quantity")
        answer = await add(client, cart, barcode=number, quantity="0.250")
        assert await lines(answer) == [(pears.code, "0.250", None, "0.75")]

    async def test_of_gs1_with_a_count(self, client, database):
        code = gtin(database)
        eggs = on_sale(database, gtin=code, stock=50)
        answer = await add(client, guest_cart(database), barcode=f"(01)0{code}(30)12", quantity="2")
        assert (await lines(answer))[0][:2] == (eggs.code, "24.000")
        separated = f"010{code}10L24\x1d302"
        answer = await add(client, guest_cart(database), barcode=separated)
        assert (await lines(answer))[0][:2] == (eggs.code, "2.000")

    async def test_as_a_scanner_sends_it(self, client, database):
        code = gtin(database)
        milk = on_sale(database, gtin=code)
        sent = f"]C1010{code}10L24\x1d17270131\r\n"
        answer = await add(client, guest_cart(database), barcode=sent)
        assert (await lines(answer))[0][:2] == (milk.code, "1.000")
        invalid(await add(client, guest_cart(database), barcode=f"{code}\x00"), "/barcode")

    async def test_that_is_unknown_or_damaged(self, client, database):
        cart = guest_cart(database)
        unknown = await add(client, cart, barcode=gtin(database))
        invalid(unknown, "/barcode")
        assert unknown.json()["code"] == "invalid"
        damaged = await add(client, cart, barcode="4006381333930")
        invalid(damaged, "/barcode")
        assert damaged.json()["code"] == "unreadable_barcode"
        assert "check digit" in damaged.json()["errors"][0]["message"]


class TestLabels:
    async def test_a_weight_is_the_quantity(self, weighing, database):
        number = plu(database)
        pears = on_sale(database, price="3.00", plu=number, unit="kg")
        cart = guest_cart(database)
        await add(weighing, cart, barcode=weighed(number, 250))
        answer = await add(weighing, cart, barcode=weighed(number, 1000))
        assert await lines(answer) == [(pears.code, "1.250", None, "3.75")]
        invalid(await add(weighing, cart, barcode=weighed(number, 250), quantity="1"), "/quantity")

    async def test_a_price_is_a_line_of_its_own_each_time(self, weighing, database):
        number = plu(database)
        pears = on_sale(database, price="3.00", plu=number, unit="kg")
        cart, till = guest_cart(database), as_clerk(database)
        await add(weighing, cart, barcode=weighed(number, 500))
        for _ in range(2):
            answer = await add(weighing, cart, till, barcode=priced(number, 199))
        labelled = (pears.code, "0.663", "1.99", "1.99")
        assert await lines(answer) == [(pears.code, "0.500", None, "1.50"), labelled, labelled]
        made = await check_out(weighing, cart, expected_total="5.48")
        assert made.status_code == 201, made.text

    async def test_a_price_with_how_much_it_is(self, weighing, database):
        number = plu(database)
        roll = on_sale(database, price="3.00", plu=number)
        cart, till = guest_cart(database), as_clerk(database)
        await add(weighing, cart, till, barcode=priced(number, 150))
        answer = await add(weighing, cart, till, barcode=priced(number, 250), quantity="2")
        assert await lines(answer) == [
            (roll.code, "1.000", "1.50", "1.50"),
            (roll.code, "2.000", "2.50", "2.50"),
        ]

    async def test_a_price_of_a_shopper_is_refused(self, weighing, database):
        number = plu(database)
        on_sale(database, plu=number, unit="kg")
        for cart in (guest_cart(database), filled_cart(database, owner=customer(database))):
            answer = await add(weighing, cart, barcode=priced(number, 1))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            assert answer.json()["detail"] == "Only the till takes a label that prints a price."
            left = "SELECT count(*) FROM cart_item WHERE cart_id = %(id)s"
            assert value(database, left, id=cart.id) == 0


class TestRemoveLine:
    async def test_leaves_the_others(self, weighing, database):
        number = plu(database)
        on_sale(database, price="3.00", plu=number, unit="kg")
        cart, till = guest_cart(database), as_clerk(database)
        await add(weighing, cart, barcode=weighed(number, 500))
        answer = await add(weighing, cart, till, barcode=priced(number, 199))
        kept, gone = answer.json()["items"]
        url = f"{CARTS}/{cart.id}/lines/{gone['id']}"
        assert (await weighing.delete(url, headers=cart.headers)).status_code == 204
        left = (await weighing.get(f"{CARTS}/{cart.id}", headers=cart.headers)).json()
        assert [item["id"] for item in left["items"]] == [kept["id"]]
        assert Decimal(left["total"]) == Decimal("1.50")
        assert (await weighing.delete(url, headers=cart.headers)).status_code == 404

    async def test_not_of_another_cart_nor_behind_checkout(self, client, database):
        milk = on_sale(database)
        mine, other = filled_cart(database, (milk, 1)), filled_cart(database, (milk, 1))
        line = value(database, "SELECT id FROM cart_item WHERE cart_id = %(id)s", id=other.id)
        url = f"{CARTS}/{mine.id}/lines/{line}"
        assert (await client.delete(url, headers=mine.headers)).status_code == 404
        await check_out(client, other)
        url = f"{CARTS}/{other.id}/lines/{line}"
        conflict(await client.delete(url, headers=other.headers), "checked_out")
        nothing = await client.delete(f"{CARTS}/{mine.id}/lines/{2**70}", headers=mine.headers)
        assert nothing.status_code == 404
