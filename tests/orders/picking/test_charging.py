"""What a purchase costs by what came of it, through the API."""

import pytest

from tests.builders import (
    as_clerk,
    clerk,
    coupon,
    deposit,
    discount,
    filled_cart,
    insert,
    on_sale,
    rows,
    value,
)
from tests.orders.picking.steps import (
    API,
    came,
    claim,
    instead,
    line_of,
    pick,
    picked,
    with_coupon,
)
from tests.orders.sales import bought, check_out, collect, conflict, invalid, pay, read


class TestGoods:
    async def test_what_is_weighed_costs_what_it_weighs(self, client, database):
        cheese = on_sale(database, unit="kg", price="20.00", vat_rate="0.0700")
        purchase = await bought(client, database, (cheese, "0.300"))
        assert (purchase["total"], purchase["ceiling"]) == ("6.00", "6.60")
        who = clerk(database)
        made = await picked(client, who, purchase, came(purchase, cheese, "0.312"))
        assert (made["total"], made["ordered_total"], made["ceiling"]) == ("6.24", "6.00", "6.60")
        assert (made["vat_total"], made["due"], made["owed"]) == ("0.41", "6.24", "0.00")
        line = line_of(made, cheese)
        assert (line["ordered"], line["quantity"], line["total"]) == ("0.300", "0.312", "6.24")

    async def test_more_than_may_come_must_be_agreed(self, client, database):
        cheese = on_sale(database, unit="kg", price="20.00")
        purchase = await bought(client, database, (cheese, "0.300"))
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, cheese, "0.331")
        problem = conflict(await pick(client, who, purchase, line), "not_agreed")
        assert problem["items"] == [
            {"line": line["line"], "product": cheese.code, "why": "too_much", "most": "0.330"}
        ]
        made = (await pick(client, who, purchase, {**line, "agreed": True})).json()
        assert (made["total"], made["ceiling"]) == ("6.62", "6.60")
        query = "SELECT detail FROM audit_log WHERE action = 'purchase.picked' AND subject = %(of)s"
        (entry,) = rows(database, query, of=f"purchase:{purchase['id']}")
        assert entry.detail == {"lines": [{**line, "agreed": True}]}

    async def test_a_deposit_follows_its_goods(self, client, database):
        beer = on_sale(database, price="1.00", deposit=deposit(database, "0.25"))
        purchase = await bought(client, database, (beer, 6), (on_sale(database), 1))
        made = await picked(client, clerk(database), purchase, came(purchase, beer, "4"))
        bottles = next(line for line in made["lines"] if line["kind"] == "deposit")
        assert (bottles["ordered"], bottles["quantity"], bottles["total"]) == (
            "6.000",
            "4.000",
            "1.00",
        )
        assert (made["ordered_total"], made["total"]) == ("10.00", "7.50")

    async def test_less_of_a_multibuy_costs_no_more_than_its_part(self, client, database):
        """3 for the price of 2, at 1.00: two cost 1.33, as they were, and not 2.00."""
        deal = discount(database, None, buy=3, pay=2)
        rolls = on_sale(database, price="1.00", discount=deal)
        purchase = await bought(client, database, (rolls, 4))
        assert purchase["total"] == "3.00"
        who = clerk(database)
        await claim(client, who, purchase)
        totals = [
            (await pick(client, who, purchase, came(purchase, rolls, few))).json()["total"]
            for few in ("3", "2", "1")
        ]
        assert totals == ["2.00", "1.50", "0.75"]

    async def test_the_coupon_stays_in_proportion(self, client, database):
        """Its minimum is not reached any more."""
        spring = coupon(database, amount="4.00", minimum="20.00")
        wine, bread = on_sale(database, price="8.00"), on_sale(database, price="4.00")
        purchase = await with_coupon(client, database, (wine, 2), (bread, 1), code=spring.code)
        shares = [line["coupon_reduction"] for line in purchase["lines"]]
        assert (purchase["total"], shares) == ("16.00", ["3.20", "0.80"])
        made = await picked(client, clerk(database), purchase, came(purchase, wine, "1"))
        assert (made["total"], made["coupon"]["reduction"]) == ("9.60", "2.40")
        assert [line["coupon_reduction"] for line in made["lines"]] == ["1.60", "0.80"]

    async def test_again_takes_the_place_of_what_was_said_before(self, client, database):
        milk, oats = on_sale(database, price="1.10"), on_sale(database, price="0.90")
        rice = on_sale(database, price="0.80")
        purchase = await bought(client, database, (milk, 3), (rice, 1))
        who = clerk(database)
        line = came(purchase, milk, "1", substitutes=[instead(oats, "2")], agreed=True)
        made = await picked(client, who, purchase, line)
        assert [each["total"] for each in made["lines"]] == ["1.10", "0.80", "1.80"]
        other = line_of(made, oats)
        assert (other["ordered"], other["substitute_for"]) == (None, line["line"])
        again = (await pick(client, who, purchase)).json()
        assert again["lines"] == purchase["lines"]
        assert (again["total"], again["vat"]) == (purchase["total"], purchase["vat"])


class TestSubstitutes:
    async def test_costs_no_more_than_what_it_stands_in_for(self, client, database):
        milk = on_sale(database, price="1.00", deposit=deposit(database, "0.15"))
        best = on_sale(database, price="2.00", deposit=deposit(database, "0.25"), min_age=16)
        purchase = await bought(client, database, (milk, 2))
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, milk, "1", substitutes=[instead(best, "1")])
        items = conflict(await pick(client, who, purchase, line), "not_agreed")["items"]
        assert [each["why"] for each in items] == ["unwelcome"]
        rows(
            database,
            "UPDATE purchase_line SET substitute = true WHERE id = %(id)s",
            id=line["line"],
        )
        made = (await pick(client, who, purchase, line)).json()
        assert [(each["name"], each["total"]) for each in made["lines"]] == [
            (milk.name, "1.00"),
            (made["lines"][1]["name"], "0.15"),
            (best.name, "0.90"),
            (made["lines"][3]["name"], "0.25"),
        ]
        assert (made["total"], made["ordered_total"], made["min_age"]) == ("2.30", "2.30", 16)
        agreed = (await pick(client, who, purchase, {**line, "agreed": True})).json()
        assert agreed["total"] == "3.40"
        # The same line again, whatever it costs.
        assert [each["id"] for each in agreed["lines"]] == [each["id"] for each in made["lines"]]
        # And gone again, with the age that it asked for.
        assert (await pick(client, who, purchase)).json()["min_age"] is None

    async def test_whose_deposit_alone_costs_more(self, client, database):
        mint = on_sale(database, price="0.10")
        crate = on_sale(database, price="0.05", deposit=deposit(database, "3.00"))
        purchase = await bought(client, database, (mint, 1))
        rows(
            database,
            "UPDATE purchase_line SET substitute = true WHERE purchase_id = %(id)s",
            id=purchase["id"],
        )
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, mint, "0", substitutes=[instead(crate, "1")])
        items = conflict(await pick(client, who, purchase, line), "not_agreed")["items"]
        assert [(each["line"], each["why"]) for each in items] == [(line["line"], "dearer")]
        assert (await read(client, database, purchase))["status"] == "picking"


class TestRefused:
    @pytest.fixture
    async def ordered(self, client, database):
        """Three goods: pieces, weighed, and what a label printed the price of; claimed by `who`."""
        milk, cheese = on_sale(database), on_sale(database, unit="kg", price="20.00")
        cart = filled_cart(database, (milk, 3), (cheese, "0.5"))
        printed = on_sale(database, unit="kg", price="10.00")
        insert(
            database,
            "cart_item",
            cart_id=cart.id,
            product_id=printed.id,
            quantity="0.400",
            label_price="3.99",
        )
        purchase = (await check_out(client, cart)).json()
        # 7.50, 10.00 and 3.99, of which only what is weighed may be more.
        assert (purchase["total"], purchase["ceiling"]) == ("21.49", "22.49")
        who = clerk(database)
        await claim(client, who, purchase)
        return purchase, who, [line["id"] for line in purchase["lines"]]

    async def test_what_cannot_be(self, client, database, ordered):
        purchase, who, (milk, cheese, printed) = ordered
        gone, oats = on_sale(database, active=False), on_sale(database)
        other = await bought(client, database, (on_sale(database), 1))
        wrong = {
            "/lines/0/line": {"line": other["lines"][0]["id"], "quantity": "1"},
            "/lines/0/quantity": {"line": milk, "quantity": "0.5"},
            "/lines/0/substitutes": {"line": milk, "quantity": "3", "substitutes": [instead(oats, "1")]},
            "/lines/0/substitutes/0/product": {"line": milk, "quantity": "2", "substitutes": [instead(gone, "1")]},
            "/lines/0/substitutes/1/product": {"line": milk, "quantity": "1", "substitutes": [instead(oats, "1")] * 2},
            "/lines/0/substitutes/0/quantity": {"line": milk, "quantity": "2", "substitutes": [instead(oats, "0.5")]},
            "/lines/0/lots": {"line": cheese, "quantity": "0.5", "lots": [{"lot": 1, "quantity": "0.4"}]},
            "/lines/0/lots/0/lot": {"line": milk, "quantity": "3", "lots": [{"lot": lot_of(database, oats), "quantity": "3"}]},
        }  # fmt: skip
        for pointer, line in wrong.items():
            invalid(await pick(client, who, purchase, line), pointer)
        for line in (
            {"line": milk, "quantity": "4", "agreed": True},
            {"line": printed, "quantity": "0.2"},
        ):
            invalid(await pick(client, who, purchase, line), "/lines/0/quantity")
        twice = {"line": milk, "quantity": "1"}
        invalid(await pick(client, who, purchase, twice, twice), "/lines/1/line")

    async def test_when_nothing_came(self, client, ordered):
        purchase, who, lines = ordered
        nothing = [{"line": line, "quantity": "0"} for line in lines]
        conflict(await pick(client, who, purchase, *nothing), "nothing_picked")
        made = (await pick(client, who, purchase, *nothing[:2])).json()
        assert (made["total"], [line["quantity"] for line in made["lines"]]) == (
            "3.99",
            ["0.000", "0.000", "0.400"],
        )


def lot_of(database, goods):
    return value(database, "SELECT min(id) FROM stock WHERE product_id = %(id)s", id=goods.id)


class TestMoney:
    async def test_what_was_paid_too_much_goes_back_first(self, client, database):
        milk, bread = on_sale(database, price="1.00"), on_sale(database, price="3.00")
        purchase = await bought(client, database, (milk, 2), (bread, 1))
        await pay(client, database, purchase)
        who = clerk(database)
        made = await picked(client, who, purchase, came(purchase, milk, "0"))
        assert (made["due"], made["owed"], made["total"]) == ("0.00", "2.00", "3.00")
        assert conflict(await collect(client, database, purchase), "owed")["owed"] == "2.00"
        assert (
            conflict(await pay(client, database, purchase, "0.01"), "payment_above_total")["due"]
            == "0.00"
        )
        back = {"amount": "2.00", "method": "cash", "reason": "sold out"}
        url = f"{API}/purchases/{purchase['id']}/refunds"
        answer = await client.post(url, json=back, headers=as_clerk(database))
        assert answer.json()["credit_note"] is None
        found = (await collect(client, database, purchase)).json()
        assert (found["status"], found["owed"], found["paid"], found["refunded"]) == (
            "collected",
            "0.00",
            "5.00",
            "2.00",
        )
        documents = (
            await client.get(f"{API}/purchases/{purchase['id']}/documents", headers=who.headers)
        ).json()
        url = f"{API}/documents/{documents['items'][0]['number']}"
        invoice = (await client.get(url, headers=who.headers)).json()
        assert (invoice["total"], len(invoice["lines"])) == ("3.00", 1)

    async def test_what_came_more_is_paid_when_it_is_collected(self, client, database):
        cheese = on_sale(database, unit="kg", price="20.00")
        purchase = await bought(client, database, (cheese, "0.300"))
        await pay(client, database, purchase)
        await picked(client, clerk(database), purchase, came(purchase, cheese, "0.312"))
        assert conflict(await collect(client, database, purchase), "unpaid")["due"] == "0.24"
        assert (await pay(client, database, purchase, "0.24")).status_code == 201
        assert (await collect(client, database, purchase)).status_code == 200
