"""Refunds by line: what was charged goes back, with the goods or without, and a credit note says so."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.orders.invoices.schemas import Document
from app.orders.purchases.refunds.schemas import Refund
from tests.builders import (
    as_admin,
    as_clerk,
    clerk,
    deposit,
    discount,
    level_of,
    on_sale,
    placed,
    rows,
    stock_of,
    stocked,
)
from tests.orders.counter.counting import line, sell
from tests.orders.picking.steps import came, picked
from tests.orders.sales import back, bought, collect, conflict, invalid, pay, read, sold
from tests.support.clients import client_at, shop_with

API = "/api/v1"


async def refund(client, purchase, headers, *lines, **body):
    url = f"{API}/purchases/{purchase['id']}/refunds"
    body = {"reason": "sour", **({"lines": list(lines)} if lines else {}), **body}
    return await client.post(url, json=body, headers=headers)


async def given_back(client, purchase, headers, *lines, **body):
    answer = await refund(client, purchase, headers, *lines, **body)
    assert answer.status_code == 201, answer.text
    return Refund.model_validate_json(answer.content)


async def note(client, database, made):
    url = f"{API}/documents/{made.credit_note}"
    answer = await client.get(url, headers=as_clerk(database))
    return Document.model_validate_json(answer.content)


def of(purchase, place, quantity="1", goods="none", **more):
    return {"line": purchase["lines"][place]["id"], "quantity": quantity, "goods": goods, **more}


class TestByLine:
    async def test_all_in_any_portions_is_exactly_what_was_charged(self, client, database):
        bottle = deposit(database, amount="0.25", vat_rate="0.1900")
        milk = on_sale(database, price="1.19", vat_rate="0.0700", deposit=bottle)
        ham = on_sale(database, price="19.99", unit="kg", vat_rate="0.1900")
        purchase = await sold(client, database, (milk, 3), (ham, "0.505"))
        clerk = as_clerk(database)
        portions = [
            [of(purchase, 0), of(purchase, 1, "0.101")],
            [of(purchase, 1, "0.202"), of(purchase, 2, "2"), of(purchase, 0, "1")],
            [of(purchase, 0), of(purchase, 1, "0.202"), of(purchase, 2)],
        ]
        made = [await given_back(client, purchase, clerk, *lines) for lines in portions]
        notes = [await note(client, database, each) for each in made]
        assert sum(each.amount for each in made) == Decimal(purchase["total"])
        for charged in purchase["vat"]:
            parts = [each for n in notes for each in n.vat if each.rate == Decimal(charged["rate"])]
            for member in ("gross", "net", "vat"):
                assert sum(getattr(each, member) for each in parts) == Decimal(charged[member])
        url = f"{API}/purchases/{purchase['id']}/documents"
        items = (await client.get(url, headers=clerk)).json()["items"]
        assert [item["kind"] for item in items] == ["invoice", *["credit_note"] * 3]
        assert {item["corrects"] for item in items[1:]} == {items[0]["number"]}
        problem = conflict(
            await refund(client, purchase, clerk, of(purchase, 2)), "return_above_sold"
        )
        assert problem["items"][0]["returnable"] == "0.000"

    async def test_a_multibuy_is_shared_by_its_pieces(self, client, database):
        three = discount(database, rate=None, buy=3, price="10.00")
        purchase = await sold(
            client, database, (on_sale(database, price="4.00", discount=three), 3)
        )
        assert purchase["total"] == "10.00"
        clerk = as_clerk(database)
        made = [await given_back(client, purchase, clerk, of(purchase, 0)) for _ in range(3)]
        assert [str(each.amount) for each in made] == ["3.33", "3.34", "3.33"]

    async def test_goods_come_back_are_thrown_away_or_stay(self, client, database):
        milk = on_sale(database, stock=None)
        lot = stocked(database, milk, 6)
        purchase = await sold(client, database, (milk, 6))
        clerk = as_clerk(database)
        lines = [
            of(purchase, 0, "2", "restock"),
            of(purchase, 0, "1", "waste"),
            of(purchase, 0, "1", "none"),
        ]
        made = await given_back(client, purchase, clerk, *lines)
        assert made.amount == Decimal("10.00")
        assert [
            (line.quantity, line.total) for line in (await note(client, database, made)).lines
        ] == [(Decimal(4), Decimal("10.00"))]
        assert stock_of(database, lot).on_hand == level_of(database, milk).on_hand == 2
        query = """
            SELECT kind, sum(quantity) AS quantity FROM stock_movement
            WHERE purchase_line_id = %(line)s GROUP BY kind ORDER BY kind
        """
        found = rows(database, query, line=purchase["lines"][0]["id"])
        assert [(row.kind, row.quantity) for row in found] == [
            ("return", 3),
            ("sale", -6),
            ("waste", -1),
        ]
        assert (await read(client, database, purchase))["lines"][0]["returned"] == "3.000"

    async def test_goods_without_money_and_money_without_goods(self, client, database):
        milk = on_sale(database, price="5.00")
        purchase = await sold(client, database, (milk, 2))
        clerk = as_clerk(database)
        made = await given_back(
            client, purchase, clerk, of(purchase, 0, "1", "restock", amount="0.00")
        )
        assert (made.amount, made.payments) == (0, [])
        assert (await note(client, database, made)).total == 0
        made = await given_back(client, purchase, clerk, of(purchase, 0, "0", amount="9.00"))
        assert made.amount == Decimal("9.00")
        made = await given_back(client, purchase, clerk, of(purchase, 0))
        assert made.amount == Decimal("1.00")

    async def test_never_more_than_was_charged_for_the_line(self, client, database):
        purchase = await sold(
            client, database, (on_sale(database, price="5.00"), 2), (on_sale(database), 2)
        )
        clerk = as_clerk(database)
        await given_back(client, purchase, clerk, of(purchase, 0, amount="9.00"))
        answer = await refund(client, purchase, clerk, of(purchase, 0, amount="1.01"))
        (item,) = conflict(answer, "refund_above_charged")["items"]
        assert item == {"line": purchase["lines"][0]["id"], "requested": "1.01", "left": "1.00"}
        answer = await refund(client, purchase, clerk, of(purchase, 1, "2"), of(purchase, 1))
        conflict(answer, "return_above_sold")
        assert (await read(client, database, purchase))["refunded"] == "9.00"

    async def test_two_at_once_give_back_once(self, client, database):
        purchase = await sold(client, database, (on_sale(database, price="5.00"), 1))
        asked = [refund(client, purchase, as_clerk(database), of(purchase, 0)) for _ in range(4)]
        answers = await asyncio.gather(*asked)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert (await read(client, database, purchase))["refunded"] == "5.00"

    async def test_is_only_of_what_was_handed_over(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        await pay(client, database, purchase)
        answer = await refund(client, purchase, as_clerk(database), of(purchase, 0))
        conflict(answer, "not_collected")
        made = await given_back(client, purchase, as_clerk(database), amount="1.00", method="cash")
        assert (made.amount, made.credit_note) == (Decimal("1.00"), None)

    @pytest.mark.parametrize(
        ("line", "wrong"),
        [
            ({"quantity": "0.5"}, "/lines/0/quantity"),
            ({"quantity": "0"}, "/lines/0/quantity"),
            ({"quantity": "0", "amount": "1.00", "goods": "waste"}, "/lines/0/quantity"),
            ({"line": 2**62}, "/lines/0/line"),
            ({"line": 2**62, "quantity": "0", "amount": "1.00"}, "/lines/0/line"),
            ({"goods": "sold"}, "/lines/0/goods"),
        ],
    )
    async def test_wrong_values(self, client, database, line, wrong):
        purchase = await sold(client, database, (on_sale(database), 1))
        invalid(
            await refund(client, purchase, as_clerk(database), {**of(purchase, 0), **line}), wrong
        )

    async def test_a_deposit_has_no_goods(self, client, database):
        milk = on_sale(database, deposit=deposit(database))
        purchase = await sold(client, database, (milk, 1))
        answer = await refund(client, purchase, as_clerk(database), of(purchase, 1, "1", "restock"))
        invalid(answer, "/lines/0/line")

    @pytest.mark.parametrize(
        "more", [{"amount": "1.00"}, {"returned": [{"line": 1, "quantity": "1"}]}]
    )
    async def test_is_of_lines_or_of_an_amount(self, client, database, more):
        purchase = await sold(client, database, (on_sale(database), 1))
        clerk = as_clerk(database)
        invalid(
            await refund(client, purchase, clerk, of(purchase, 0), **more), f"/{next(iter(more))}"
        )
        invalid(await refund(client, purchase, clerk), "/amount")


class TestByAmount:
    async def test_is_credited_for_what_came_back_where_that_cost_as_much(self, client, database):
        milk, beer = on_sale(database, price="1.00"), on_sale(database, price="3.00")
        purchase = await sold(client, database, (milk, 2), (beer, 2))
        clerk = as_clerk(database)
        made = await given_back(
            client, purchase, clerk, amount="2.50", returned=[back(purchase, beer)]
        )
        assert [
            (line.product, line.quantity, line.total)
            for line in (await note(client, database, made)).lines
        ] == [(beer.code, Decimal(1), Decimal("2.50"))]
        made = await given_back(client, purchase, clerk, amount="5.50")
        assert [
            (line.product, line.total) for line in (await note(client, database, made)).lines
        ] == [
            (milk.code, Decimal("2.00")),
            (beer.code, Decimal("3.50")),
        ]


class TestMethod:
    async def paid_in_two_ways(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 2))
        await pay(client, database, purchase, "7.00", "card")
        await pay(client, database, purchase, "3.00")
        return (await collect(client, database, purchase)).json()

    async def test_is_as_it_was_paid(self, client, database):
        purchase = await self.paid_in_two_ways(client, database)
        made = await given_back(client, purchase, as_clerk(database), of(purchase, 0))
        assert [(each.method, each.amount) for each in made.payments] == [("card", Decimal("5.00"))]
        made = await given_back(client, purchase, as_clerk(database), of(purchase, 0))
        assert [(each.method, str(each.amount)) for each in made.payments] == [
            ("card", "2.00"),
            ("cash", "3.00"),
        ]

    async def test_another_one_takes_somebody_who_confirms(self, client, database):
        purchase = await self.paid_in_two_ways(client, database)
        answer = await refund(client, purchase, as_clerk(database), of(purchase, 0), method="cash")
        assert (answer.status_code, answer.json()["code"]) == (403, "other_method")
        made = await given_back(
            client, purchase, as_admin(database), of(purchase, 0), method="cash"
        )
        assert [(each.method, each.amount) for each in made.payments] == [("cash", Decimal("5.00"))]


class TestLimit:
    @pytest.fixture
    async def client(self, make_settings):
        settings = make_settings(shop={"refund_limit": "4.00"})
        async with shop_with(settings) as started, client_at(started) as made:
            yield made

    async def test_is_of_a_purchase_in_all(self, client, database):
        purchase = await sold(client, database, (on_sale(database, price="2.00"), 5))
        staff = as_clerk(database)
        await given_back(client, purchase, staff, of(purchase, 0))
        await given_back(client, purchase, staff, of(purchase, 0))
        answer = await refund(client, purchase, staff, of(purchase, 0))
        assert (answer.status_code, answer.json()["code"]) == (403, "refund_above_limit")
        assert answer.json()["limit"] == "4.00"
        assert (await given_back(client, purchase, as_admin(database), of(purchase, 0))).amount == 2

    async def test_is_none_of_what_was_paid_too_much(self, client, database):
        milk, wine = on_sale(database, price="2.00"), on_sale(database, price="9.00")
        purchase = await bought(client, database, (milk, 1), (wine, 1))
        await pay(client, database, purchase)
        who = clerk(database)
        await picked(client, who, purchase, came(purchase, wine, "0"))
        body = {"amount": "9.01", "reason": "sold out"}
        answer = await refund(client, purchase, who.headers, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "refund_above_limit")
        await given_back(client, purchase, who.headers, **body | {"amount": "9.00"})
        # Nor does that count later, when something comes back.
        await collect(client, database, purchase)
        await given_back(client, purchase, who.headers, of(purchase, 0))

    async def test_is_none_of_bottles_that_were_paid_out(self, client, database):
        back = [{"deposit": deposit(database).code, "quantity": "60"}]
        receipt = await sell(client, database, line(on_sale(database)), deposits_returned=back)
        purchase = await read(client, database, {"id": receipt["purchase"]})
        await given_back(client, purchase, as_clerk(database), of(purchase, 0))


async def test_a_till_that_is_not_there_gives_no_credit_note(client, database):
    purchase = await sold(client, database, (on_sale(database), 1))
    nothing = of(purchase, 0, goods="waste", amount="0.00")
    answer = await refund(client, purchase, as_clerk(database), nothing, till="front-2")
    conflict(answer, "till_closed")


async def test_of_what_was_handed_over_before_there_were_invoices(client, database):
    """It has a credit note all the same, which corrects none."""
    lot = stocked(database, on_sale(database, stock=None), 2)
    collected = {"status": "collected", "collected_at": datetime.now(UTC)}
    before = placed(database, (lot, 2), paid=2, **collected)
    purchase = await read(client, database, {"id": before.id})
    made = await given_back(client, purchase, as_clerk(database), of(purchase, 0))
    found = await note(client, database, made)
    assert (found.kind, found.corrects, found.total) == ("credit_note", None, 1)
