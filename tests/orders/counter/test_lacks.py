"""What lies on the counter is sold, whatever the books say of it; and the books say that they did not know."""

from datetime import timedelta

from tests.builders import (
    as_clerk,
    category,
    level_of,
    markdown,
    on_sale,
    placed,
    product,
    rows,
    stocked,
    today,
    value,
)
from tests.orders.counter.counting import UNCOUNTED, ask, line, sell
from tests.orders.sales import bought, collect, pay


async def uncounted(client, database, of):
    """Return what the list says of a product, or None."""
    found, query = [], {"limit": 100}
    while query.get("cursor", "") is not None:
        page = (await client.get(UNCOUNTED, params=query, headers=as_clerk(database))).json()
        found += page["items"]
        query["cursor"] = page["next"]
    return next((each for each in found if each["product"]["code"] == of.code), None)


def lots(database, of):
    query = "SELECT * FROM stock WHERE product_id = %(id)s ORDER BY id"
    return [(lot.expires_on, lot.on_hand) for lot in rows(database, query, id=of.id)]


class TestLacks:
    async def test_of_what_an_order_holds_leave_it_its_promise(self, client, database):
        milk = on_sale(database, stock=5)
        order = await bought(client, database, (milk, 4))
        await sell(client, database, line(milk, "3"))
        level = level_of(database, milk)
        assert (level.on_hand, level.allocated) == (4, 4)
        found = await uncounted(client, database, milk)
        assert found["quantity"] == "2.000"
        waiting = {"id": order["id"], "number": order["number"], "quantity": "4.000"}
        assert found["purchases"] == [waiting]
        await pay(client, database, order)
        assert (await collect(client, database, order)).status_code == 200
        assert (await uncounted(client, database, milk))["purchases"] == []

    async def test_of_what_was_never_there_open_a_lot(self, client, database):
        new = product(database)
        await sell(client, database, line(new, "2"))
        assert lots(database, new) == [(None, 0)]
        assert (await uncounted(client, database, new))["quantity"] == "2.000"

    async def test_add_up_until_staff_corrects_the_stock(self, client, database):
        milk = on_sale(database, stock=1)
        first = await sell(client, database, line(milk, "2"))
        await sell(client, database, line(milk, "3"))
        found = await uncounted(client, database, milk)
        assert (found["quantity"], found["since"]) == ("4.000", first["issued_at"])
        body = {"product": milk.code, "quantity": "2", "unit_cost": "1", "reason": "counted"}
        url = "/api/v1/stock/adjustments"
        assert (await client.post(url, json=body, headers=as_clerk(database))).status_code == 201
        assert await uncounted(client, database, milk) is None

    async def test_are_forgotten_where_the_books_were_right_after_all(self, client, database):
        new = product(database)
        await sell(client, database, line(new, "2"))
        assert (await uncounted(client, database, new))["on_hand"] == "0.000"
        url, staff = f"{UNCOUNTED}/{new.code}", as_clerk(database)
        assert (await client.delete(url, headers=staff)).status_code == 204
        assert await uncounted(client, database, new) is None
        assert (await client.delete(url, headers=staff)).status_code == 404

    async def test_are_none_where_there_is_enough(self, client, database):
        milk = on_sale(database, stock=3)
        await sell(client, database, line(milk, "2"), line(milk, "1"))
        assert await uncounted(client, database, milk) is None

    async def test_of_a_sale_that_is_refused_are_not_noted(self, client, database):
        milk = on_sale(database, stock=None)
        answer = await ask(client, database, line(milk), expected_total="0.01")
        assert answer.status_code == 409
        assert lots(database, milk) == []

    async def test_go_onto_the_lot_that_keeps_longest(self, client, database):
        day = today(database)
        milk = on_sale(database, stock=None)
        promised = [stocked(database, milk, 1, expires_on=day + timedelta(days=n)) for n in (5, 9)]
        stocked(database, milk, 5, expires_on=day - timedelta(days=1))
        for lot in promised:
            placed(database, (lot, 1))
        await sell(client, database, line(milk))
        assert [quantity for _, quantity in lots(database, milk)] == [1, 1, 5]
        query = (
            "SELECT stock_id FROM stock_movement WHERE product_id = %(id)s AND kind = 'adjustment'"
        )
        assert value(database, query, id=milk.id) == promised[1].id
        assert (await uncounted(client, database, milk))["quantity"] == "1.000"

    async def test_are_none_of_what_was_to_replace_expired_goods(self, client, database):
        milk = on_sale(database, stock=None)
        old = stocked(database, milk, 5, expires_on=today(database) - timedelta(days=1))
        stocked(database, milk, 2)
        placed(database, (old, 5))
        await sell(client, database, line(milk))
        assert [quantity for _, quantity in lots(database, milk)] == [5, 1]
        assert await uncounted(client, database, milk) is None
        await sell(client, database, line(milk, "3"))
        assert [quantity for _, quantity in lots(database, milk)] == [5, 0]
        assert (await uncounted(client, database, milk))["quantity"] == "2.000"

    async def test_of_reduced_goods_are_of_their_day(self, client, database):
        day, dairy = today(database), category(database)
        markdown(database, "0.5000", 3, category=dairy)
        milk = on_sale(database, stock=1, price="2.00", category=dairy, expires_on=day)
        other = str(day + timedelta(days=2))
        found = await sell(
            client,
            database,
            line(milk, "2", best_before=str(day)),
            line(milk, best_before=other),
            line(milk),
        )
        assert [each["total"] for each in found["lines"]] == ["2.00", "1.00", "2.00"]
        assert {str(lot[0]) for lot in lots(database, milk)} == {str(day), other, "None"}
        assert all(lot[1] == 0 for lot in lots(database, milk))
        assert (await uncounted(client, database, milk))["quantity"] == "3.000"
