"""Lines: a product in several of them, labels that print a price, and deposits beside the goods."""

from datetime import timedelta
from decimal import Decimal

from tests.builders import (
    as_clerk,
    deposit,
    filled_cart,
    insert,
    level_of,
    on_sale,
    rows,
    stock_of,
    stocked,
    today,
)
from tests.orders.sales import back, check_out, collect, conflict, invalid, pay, read

CARTS = "/api/v1/carts"


def labelled(database, cart, product, quantity, price):
    """Put a label that prints that price into a cart."""
    values = {"cart_id": cart.id, "product_id": product.id, "quantity": quantity}
    return insert(database, "cart_item", **values, label_price=price)


def served(database, *lines):
    """Return what lines of a purchase are promised of which lot."""
    found = rows(
        database,
        "SELECT purchase_line_id AS line, stock_id AS lot, quantity FROM allocation"
        " WHERE purchase_line_id = ANY(%(lines)s) ORDER BY 1, 2",
        lines=[line["id"] for line in lines],
    )
    return [(row.line, row.lot, row.quantity) for row in found]


async def seen(client, cart):
    return (await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)).json()


class TestDeposits:
    async def test_are_lines_of_their_own_with_their_own_vat(self, client, database):
        bottle = deposit(database, "0.08", vat_rate="0.1900", name="Beer bottle")
        beer = on_sale(database, price="1.19", vat_rate="0.0700", deposit=bottle)
        bread = on_sale(database, price="2.00", vat_rate="0.0700")
        cart = filled_cart(database, (beer, 6), (bread, 1))
        shown = await seen(client, cart)
        assert shown["total"] == "9.62"
        assert [(item["total"], item["deposit"]) for item in shown["items"]] == [
            (
                "7.14",
                {"code": bottle.code, "name": "Beer bottle", "amount": "0.08", "total": "0.48"},
            ),
            ("2.00", None),
        ]
        answer = await check_out(client, cart, expected_total="9.62")
        made = answer.json()
        assert (made["total"], made["vat_total"], made["vat"]) == (
            shown["total"],
            shown["vat_total"],
            shown["vat"],
        )
        goods, other, beside = made["lines"]
        assert [(line["kind"], line["product"]) for line in (goods, other, beside)] == [
            ("goods", beer.code),
            ("goods", bread.code),
            ("deposit", None),
        ]
        assert (beside["deposit"], beside["deposit_of"]) == (bottle.code, goods["id"])
        assert (beside["name"], beside["quantity"], beside["unit_price"], beside["total"]) == (
            "Beer bottle",
            "6.000",
            "0.08",
            "0.48",
        )
        assert (beside["vat_rate"], beside["vat_amount"]) == ("0.1900", "0.08")

    async def test_change_nothing_that_was_sold(self, client, database):
        bottle = deposit(database, "0.25")
        cart = filled_cart(database, (on_sale(database, price="1.00", deposit=bottle), 2))
        made = (await check_out(client, cart)).json()
        rows(database, "UPDATE deposit SET amount = 3 WHERE id = %(id)s", id=bottle.id)
        assert await read(client, database, made) == made
        assert made["total"] == "2.50"

    async def test_are_no_goods(self, client, database):
        beer = on_sale(database, stock=5, deposit=deposit(database))
        made = (await check_out(client, filled_cart(database, (beer, 2)))).json()
        await pay(client, database, made)
        assert (await collect(client, database, made)).status_code == 200
        assert level_of(database, beer).on_hand == 3
        body = {"amount": "0.50", "method": "cash", "reason": "empties"}
        url = f"/api/v1/purchases/{made['id']}/refunds"
        of_deposit = {"returned": [{"line": made["lines"][1]["id"], "quantity": "2"}]}
        answer = await client.post(url, json=body | of_deposit, headers=as_clerk(database))
        invalid(answer, "/returned/0/line")
        answer = await client.post(
            url, json=body | {"returned": [back(made, beer, "2")]}, headers=as_clerk(database)
        )
        assert answer.status_code == 201
        assert [line["returned"] for line in (await read(client, database, made))["lines"]] == [
            "2.000",
            "0.000",
        ]


class TestLabels:
    async def test_charge_what_they_print_each_in_a_line(self, client, database):
        cheese = on_sale(database, unit="kg", price="19.90", stock="3.000")
        cart = filled_cart(database, (cheese, "0.250"))
        labelled(database, cart, cheese, "0.312", "6.20")
        labelled(database, cart, cheese, "0.312", "6.20")
        shown = await seen(client, cart)
        assert [(item["label_price"], item["total"]) for item in shown["items"]] == [
            (None, "4.98"),
            ("6.20", "6.20"),
            ("6.20", "6.20"),
        ]
        assert len({item["id"] for item in shown["items"]}) == 3
        made = (await check_out(client, cart)).json()
        assert made["total"] == shown["total"] == "17.38"
        assert [(line["label_price"], line["total"]) for line in made["lines"]] == [
            (None, "4.98"),
            ("6.20", "6.20"),
            ("6.20", "6.20"),
        ]
        assert level_of(database, cheese).allocated == Decimal("0.874")

    async def test_go_with_the_product_when_it_is_taken_out(self, client, database):
        cheese = on_sale(database, unit="kg")
        cart = filled_cart(database, (cheese, "0.250"))
        labelled(database, cart, cheese, "0.100", "1.00")
        url = f"{CARTS}/{cart.id}/items/{cheese.code}"
        assert (await client.delete(url, headers=cart.headers)).status_code == 204
        assert (await seen(client, cart))["items"] == []


class TestSeveralLinesOfAProduct:
    async def test_take_from_one_stock(self, client, database):
        cheese = on_sale(database, unit="kg", stock="0.600")
        cart = filled_cart(database, (cheese, "0.300"))
        labelled(database, cart, cheese, "0.301", "3.00")
        problem = conflict(await check_out(client, cart), "out_of_stock")
        assert problem["items"] == [
            {"product": cheese.code, "requested": "0.601", "available": "0.600"}
        ]
        assert level_of(database, cheese).allocated == 0

    async def test_are_promised_and_returned_line_by_line(self, client, database):
        cheese = on_sale(database, unit="kg", stock=None, price="10.00")
        # Not today: in the last hours of a day, lots that keep until there is time to pay go first.
        day = today(database) + timedelta(days=2)
        first = stocked(database, cheese, "0.400", expires_on=day)
        second = stocked(database, cheese, "2.000")
        cart = filled_cart(database, (cheese, "0.300"))
        labelled(database, cart, cheese, "0.300", "2.95")
        made = (await check_out(client, cart)).json()
        plain, label = made["lines"]
        assert served(database, plain, label) == [
            (plain["id"], first.id, Decimal("0.300")),
            (label["id"], first.id, Decimal("0.100")),
            (label["id"], second.id, Decimal("0.200")),
        ]
        await pay(client, database, made)
        await collect(client, database, made)
        url = f"/api/v1/purchases/{made['id']}/refunds"
        body = {"amount": "1.00", "method": "cash", "reason": "mouldy"}

        async def returns(line, quantity):
            more = {"returned": [{"line": line["id"], "quantity": quantity}]}
            return await client.post(url, json=body | more, headers=as_clerk(database))

        problem = conflict(await returns(label, "0.301"), "return_above_sold")
        named = {"line": label["id"], "product": cheese.code}
        assert problem["items"] == [{**named, "requested": "0.301", "returnable": "0.300"}]
        assert (await returns(label, "0.150")).status_code == 201
        assert [line["returned"] for line in (await read(client, database, made))["lines"]] == [
            "0.000",
            "0.150",
        ]
        assert stock_of(database, first).on_hand == Decimal("0.100")
        assert stock_of(database, second).on_hand == Decimal("1.850")
        conflict(await returns(label, "0.151"), "return_above_sold")
        assert (await returns(plain, "0.300")).status_code == 201
