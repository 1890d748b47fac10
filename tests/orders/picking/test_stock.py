"""What a purchase is promised once it was picked, and what leaves the stock when it is collected."""

from datetime import timedelta
from decimal import Decimal

from tests.builders import (
    category,
    clerk,
    guest_cart,
    level_of,
    markdown,
    on_sale,
    stock_of,
    stocked,
    today,
    value,
)
from tests.inventory.promises import consistent, expire, promised
from tests.orders.picking.steps import came, claim, instead, pick, picked, sheet
from tests.orders.sales import bought, check_out, collect, conflict, pay, read


def lots_of(database, *quantities, **more):
    """Return something to sell and its lots, each of which expires a day behind the one before."""
    made = on_sale(database, stock=None, **more)
    days = range(2, 2 + len(quantities))
    return made, [
        stocked(database, made, quantity, expires_on=today(database) + timedelta(days=day))
        for quantity, day in zip(quantities, days, strict=True)
    ]


def held(lot, quantity):
    return {"lot": lot.id, "quantity": quantity}


class TestPromises:
    async def test_of_less_what_expires_last_is_given_back(self, client, database):
        milk, (soon, late) = lots_of(database, 3, 3)
        purchase = await bought(client, database, (milk, 5))
        who = clerk(database)
        await picked(client, who, purchase, came(purchase, milk, "4"))
        assert promised(database, purchase) == {soon.id: 3, late.id: 1}
        await pick(client, who, purchase, came(purchase, milk, "2"))
        assert promised(database, purchase) == {soon.id: 2}
        await pick(client, who, purchase)
        assert promised(database, purchase) == {soon.id: 3, late.id: 2}
        consistent(database, milk)

    async def test_what_expired_is_given_back_before_all_else(self, client, database):
        milk, (soon, late) = lots_of(database, 3, 3)
        purchase = await bought(client, database, (milk, 5))
        expire(database, soon)
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, milk, "4")
        assert conflict(await pick(client, who, purchase, line), "expired")["items"] == [
            {"product": milk.code, "requested": "2.000", "available": "1.000"}
        ]
        assert promised(database, purchase) == {soon.id: 3, late.id: 2}
        assert (await pick(client, who, purchase, line | {"quantity": "3"})).status_code == 200
        assert promised(database, purchase) == {late.id: 3}
        consistent(database, milk)

    async def test_more_and_what_came_instead_comes_from_what_is_free(self, client, database):
        ham, (first, second) = lots_of(database, "1.000", "1.000", unit="kg")
        oats, rice = on_sale(database, stock=2), on_sale(database)
        purchase = await bought(client, database, (ham, "1.000"), (rice, 3))
        who = clerk(database)
        of_rice = came(purchase, rice, "1", substitutes=[instead(oats, "2")], agreed=True)
        made = await picked(client, who, purchase, came(purchase, ham, "1.100"), of_rice)
        assert (
            promised(database, purchase).items() >= {first.id: 1, second.id: Decimal("0.1")}.items()
        )
        assert [level_of(database, each).allocated for each in (oats, rice)] == [2, 1]
        lines = (await sheet(client, who, purchase))["goods"]
        assert [(each["quantity"], len(each["lots"])) for each in lines] == [
            ("1.100", 2),
            ("1.000", 1),
            ("2.000", 1),
        ]
        await pay(client, database, made)
        assert (await collect(client, database, purchase)).status_code == 200
        left = [level_of(database, each).on_hand for each in (ham, oats, rice)]
        assert left == [Decimal("0.9"), 0, 9]
        for each in (ham, oats, rice):
            consistent(database, each)

    async def test_what_is_not_there_is_refused_and_nothing_changes(self, client, database):
        ham, oats = on_sale(database, stock="1.000", unit="kg"), on_sale(database, stock=1)
        purchase = await bought(client, database, (ham, "1.000"))
        before = promised(database, purchase)
        who = clerk(database)
        await claim(client, who, purchase)
        two = came(purchase, ham, "0.5", substitutes=[instead(oats, "2")], agreed=True)
        problem = conflict(await pick(client, who, purchase, two), "out_of_stock")
        assert problem["items"] == [
            {"product": oats.code, "requested": "2.000", "available": "1.000"}
        ]
        found = await read(client, database, purchase)
        assert (found["status"], found["total"]) == ("picking", purchase["total"])
        assert promised(database, purchase) == before

    async def test_what_weighs_more_than_the_books_have_is_booked_as_found(self, client, database):
        ham = on_sale(database, stock="1.000", unit="kg")
        purchase = await bought(client, database, (ham, "1.000"))
        who = clerk(database)
        await picked(client, who, purchase, came(purchase, ham, "1.050"))
        assert level_of(database, ham).allocated == Decimal("1.05")
        consistent(database, ham)
        listed = await client.get("/api/v1/stock/uncounted", headers=who.headers)
        (noted,) = [each for each in listed.json()["items"] if each["product"]["code"] == ham.code]
        assert noted["quantity"] == "0.050"
        # Once it is promised, nothing lacks any more.
        again = await pick(client, who, purchase, came(purchase, ham, "1.050"))
        assert again.status_code == 200, again.text
        assert level_of(database, ham).on_hand == Decimal("1.05")

    async def test_more_of_reduced_goods_comes_from_those_of_their_day(self, client, database):
        dairy = category(database)
        markdown(database, "0.5", 1, category=dairy)
        curd = on_sale(database, stock=5, unit="kg", price="8.00", category=dairy)
        tomorrow = today(database) + timedelta(days=1)
        lot = stocked(database, curd, "1.050", expires_on=tomorrow)
        cart = guest_cart(database)
        item = {"product": curd.code, "best_before": str(tomorrow), "quantity": "1.000"}
        await client.post(f"/api/v1/carts/{cart.id}/items", json=item, headers=cart.headers)
        purchase = (await check_out(client, cart)).json()
        assert (purchase["total"], purchase["ceiling"]) == ("4.00", "4.40")
        who = clerk(database)
        made = await picked(client, who, purchase, came(purchase, curd, "1.050"))
        assert (made["total"], promised(database, purchase)) == ("4.20", {lot.id: Decimal("1.05")})
        more = await pick(client, who, purchase, came(purchase, curd, "1.051"))
        assert more.status_code == 200, more.text
        assert promised(database, purchase) == {lot.id: Decimal("1.051")}


class TestNamedLots:
    async def test_are_taken_and_others_get_other_lots(self, client, database):
        milk, (soon, late) = lots_of(database, 3, 5)
        other = await bought(client, database, (milk, 3))
        purchase = await bought(client, database, (milk, 2))
        who = clerk(database)
        line = came(purchase, milk, "2", lots=[held(soon, "1"), held(late, "1")])
        await picked(client, who, purchase, line)
        assert promised(database, purchase) == {soon.id: 1, late.id: 1}
        assert promised(database, other) == {soon.id: 2, late.id: 1}
        consistent(database, milk)
        assert (await pick(client, who, purchase)).status_code == 200
        consistent(database, milk)

    async def test_not_where_others_have_nothing_else(self, client, database):
        milk, (soon, _) = lots_of(database, 3, 1)
        await bought(client, database, (milk, 3))
        purchase = await bought(client, database, (milk, 1))
        who = clerk(database)
        await claim(client, who, purchase)
        # The lot that is given up for it takes over one of the other's.
        one = came(purchase, milk, "1", lots=[held(soon, "1")])
        assert (await pick(client, who, purchase, one)).status_code == 200
        rice = on_sale(database, stock=1)
        await bought(client, database, (rice, 1))
        lot = next(iter(promised(database, purchase)))
        taken = came(purchase, milk, "0", agreed=True)
        rices = instead(rice, "1", lots=[{"lot": lot_of(database, rice), "quantity": "1"}])
        answer = await pick(client, who, purchase, taken | {"substitutes": [rices]})
        assert conflict(answer, "out_of_stock")["items"] == [
            {"product": rice.code, "requested": "1.000", "available": "0.000"}
        ]
        assert promised(database, purchase) == {lot: 1}
        consistent(database, rice)

    async def test_not_expired_ones(self, client, database):
        milk, (soon, late) = lots_of(database, 3, 1)
        purchase = await bought(client, database, (milk, 1))
        expire(database, soon)
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, milk, "1", lots=[held(soon, "1")])
        assert conflict(await pick(client, who, purchase, line), "expired")["items"] == [
            {"product": milk.code, "lot": soon.id}
        ]
        line = came(purchase, milk, "1", lots=[held(late, "1")])
        assert (await pick(client, who, purchase, line)).status_code == 200
        assert stock_of(database, soon).allocated == 0


def lot_of(database, goods):
    return value(database, "SELECT min(id) FROM stock WHERE product_id = %(id)s", id=goods.id)
