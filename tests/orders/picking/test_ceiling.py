"""Whatever is picked without asking: what lacks makes nothing dearer, and no purchase comes to more than its ceiling."""

import random
from decimal import Decimal

import pytest

from app.commands.consistency import breaches, snapshot
from app.commands.identity import write_down
from tests.builders import clerk, coupon, deposit, discount, on_sale, rows
from tests.orders.picking.steps import came, claim, instead, pick, with_coupon
from tests.orders.sales import bought, conflict, read
from tests.support.clients import client_at, shop_with

DEALS = ({"buy": 3, "pay": 2}, {"buy": 2, "price": "0.99"}, {"buy": 4, "pay": 1})


async def test_stays_what_it_was_when_it_was_placed(fresh_database, make_settings):
    ham = on_sale(fresh_database, unit="kg", price="20.00")
    settings = make_settings(fresh_database)
    async with shop_with(settings) as shop, client_at(shop) as client:
        before = await bought(client, fresh_database, (ham, "1.000"))
        write_down(
            fresh_database.owner_url,
            settings.shop.model_copy(update={"weight_tolerance": Decimal("0.25")}),
        )
        after = await bought(client, fresh_database, (ham, "1.000"))
        assert (before["ceiling"], after["ceiling"]) == ("22.00", "25.00")
        assert (await read(client, fresh_database, before))["ceiling"] == "22.00"
        who = clerk(fresh_database)
        await claim(client, who, before)
        conflict(await pick(client, who, before, came(before, ham, "1.101")), "not_agreed")


class Shelf:
    """Something of each kind to sell, and to sell instead, and outcomes of it at random, by a `seed`."""

    def __init__(self, on, seed):
        self.on, self.dice = on, random.Random(seed)
        bottles = [None, None, deposit(on, "0.25")]
        self.pieces = [
            on_sale(
                on,
                price=self.price(),
                stock=500,
                vat_rate=self.dice.choice(["0.0700", "0.1900"]),
                discount=discount(on, None, **deal) if deal else None,
                deposit=self.dice.choice(bottles),
            )
            for deal in (None, *DEALS)
        ]
        self.weighed = [
            on_sale(on, price=self.price(), stock=500, unit=unit, vat_rate="0.0700")
            for unit in ("kg", "litre", "kg")
        ]
        self.coupon = coupon(on, rate="0.3333").code if seed % 2 else coupon(on, amount="3.00").code

    def price(self):
        return Decimal(self.dice.choice([1, 2, 19, 99, 250, 1234])) / 100

    def basket(self):
        items = [(each, self.dice.randint(1, 9)) for each in self.pieces]
        return items + [(each, Decimal(self.dice.randint(1, 3000)) / 1000) for each in self.weighed]

    def outcome(self, purchase, offered):
        """Return whatever may come without asking."""
        lines = []
        for line in purchase["lines"]:
            ordered = Decimal(line["ordered"]) if line["product"] else None
            if ordered is None or self.dice.random() < 0.2:
                continue
            if line["unit"] == "piece":
                quantity = Decimal(self.dice.randint(0, int(ordered)))
            else:
                most = int(ordered * 1100)
                quantity = Decimal(self.dice.choice([most, self.dice.randint(0, most)])) / 1000
            found = {"line": line["id"], "quantity": f"{quantity:f}"}
            if quantity < ordered:
                some = self.dice.sample(offered, self.dice.randint(0, 2))
                found["substitutes"] = [
                    instead(each, str(self.dice.randint(1, 3))) for each in some
                ]
            lines.append(found)
        return lines


def dearer(purchase, found):
    """Return the lines of pieces that cost more now than they did, deposits and what came instead included."""

    def cost(of, goods):
        lines = [each for each in of["lines"] if goods["id"] in {each["id"], each["deposit_of"]}]
        lines += [each for each in of["lines"] if each["substitute_for"] == goods["id"]]
        return sum(Decimal(each["total"]) for each in lines)

    pieces = [each for each in purchase["lines"] if each["product"] and each["unit"] == "piece"]
    return [each for each in pieces if cost(found, each) > cost(purchase, each)]


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_unasked_costs_more_than_the_ceiling(client, database, seed):
    """Whatever comes, what lacks makes nothing dearer: neither the whole, nor a line with what came instead."""
    shelf = Shelf(database, seed)
    purchase = await with_coupon(client, database, *shelf.basket(), code=shelf.coupon)
    rows(
        database,
        "UPDATE purchase_line SET substitute = true WHERE purchase_id = %(id)s",
        id=purchase["id"],
    )
    who = clerk(database)
    await claim(client, who, purchase)
    made = 0
    for _ in range(12):
        answer = await pick(client, who, purchase, *shelf.outcome(purchase, shelf.pieces))
        if answer.status_code == 409:
            assert answer.json()["code"] in {"not_agreed", "nothing_picked"}
            continue
        made += 1
        found = answer.json()
        assert Decimal(found["total"]) <= Decimal(found["ceiling"]) == Decimal(purchase["ceiling"])
        assert sum(Decimal(line["total"]) for line in found["lines"]) == Decimal(found["total"])
        assert dearer(purchase, found) == []
    assert made
    with snapshot(database.app_url) as cursor:
        found = [each for each in breaches(cursor) if str(purchase["id"]) in each.row]
    assert found == []
