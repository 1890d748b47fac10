"""Lots that are put right, called back, or close to their day."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from app.inventory.lots.schemas import Correction, ExpiringLot, RecallPage
from tests.builders import (
    as_clerk,
    category,
    clerk,
    filled_cart,
    insert,
    markdown,
    on_sale,
    placed,
    product,
    rows,
    stock_of,
    stocked,
    supplier,
    today,
    value,
)
from tests.inventory.promises import consistent, promised
from tests.orders.picking.steps import came, claim, pick
from tests.orders.sales import check_out, collect, invalid, pay, sold

LOTS = "/api/v1/stock/lots"


async def correct(client, database, lot, **changes):
    body = {"reason": "misread", **changes}
    return await client.patch(f"{LOTS}/{lot.id}", json=body, headers=as_clerk(database))


class TestCorrections:
    async def test_are_written_down_with_what_was(self, client, database):
        who, farm, day = clerk(database), supplier(database), today(database)
        lot = stocked(database, product(database), 5, expires_on=day, unit_cost="1.0000")
        url = f"{LOTS}/{lot.id}"
        body = {"expires_on": str(day + timedelta(1)), "unit_cost": "1", "supplier": farm.code}
        answer = await client.patch(
            url, json={**body, "reason": "typed wrong"}, headers=who.headers
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == (await client.get(url, headers=who.headers)).json()
        assert (answer.json()["expires_on"], answer.json()["supplier"]) == (
            body["expires_on"],
            farm.code,
        )
        await correct(client, database, lot, supplier=None, expires_on=None, unit_cost="0.5")
        found = (await client.get(f"{url}/corrections", headers=who.headers)).json()["items"]
        for each in found:
            Correction.model_validate(each)
        assert sorted((each["field"], each["was"], each["becomes"]) for each in found[:3]) == [
            ("expires_on", body["expires_on"], None),
            ("supplier", farm.code, None),
            ("unit_cost", "1.0000", "0.5000"),
        ]
        assert {(each["field"], each["was"]) for each in found[3:]} == {
            ("expires_on", str(day)),
            ("supplier", None),
        }
        assert (found[-1]["reason"], found[-1]["by"]) == ("typed wrong", who.email)
        noted = (
            "SELECT count(*) FROM audit_log WHERE action = 'stock.corrected' AND subject = %(s)s"
        )
        assert value(database, noted, s=f"lot:{lot.id}") == 2

    async def test_are_of_lots_that_are_there_and_suppliers_that_are_known(self, client, database):
        lot = stocked(database, product(database), 5)
        invalid(await correct(client, database, lot, supplier="nobody"), "/supplier")
        invalid(await correct(client, database, lot, unit_cost=None), "/unit_cost")
        lot.id = 2**62
        assert (await correct(client, database, lot, unit_cost="1")).status_code == 404
        for method, path in (("PATCH", f"{LOTS}/{2**62}"), ("GET", f"{LOTS}/{2**62}/corrections")):
            body = {"reason": "x"} if method == "PATCH" else None
            answer = await client.request(method, path, json=body, headers=as_clerk(database))
            assert answer.status_code == 404

    async def test_of_the_day_move_what_was_promised(self, client, database):
        milk, day = product(database), today(database)
        wrong, right = stocked(database, milk, 3), stocked(database, milk, 3)
        purchase = placed(database, (wrong, 3), paid=3)
        await correct(client, database, wrong, expires_on=str(day - timedelta(1)))
        assert (await collect(client, database, {"id": purchase.id})).status_code == 200
        assert promised(database, purchase) == {right.id: 3}
        assert stock_of(database, right).on_hand == 0
        consistent(database, milk)

    async def test_leave_reduced_goods_what_they_cost_and_let_them_be_picked(
        self, client, database
    ):
        day, dairy, who = today(database), category(database), clerk(database)
        markdown(database, "0.5", 1, category=dairy)
        milk = on_sale(database, stock=3, price="2.00", category=dairy, expires_on=day)
        cart = filled_cart(database)
        item = {"product": milk.code, "quantity": "2", "best_before": str(day)}
        url = f"/api/v1/carts/{cart.id}/items"
        assert (await client.post(url, json=item, headers=cart.headers)).status_code == 200
        purchase = (await check_out(client, cart)).json()
        (lot,) = rows(database, "SELECT * FROM stock WHERE product_id = %(id)s", id=milk.id)
        await correct(client, database, lot, expires_on=str(day + timedelta(9)))
        await claim(client, who, purchase)
        lots = [{"lot": lot.id, "quantity": "2"}]
        answer = await pick(client, who, purchase, came(purchase, milk, "2", lots=lots))
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == purchase["total"] == "2.00"
        await pay(client, database, purchase)
        assert (await collect(client, database, purchase)).status_code == 200
        consistent(database, milk)


class TestRecalls:
    async def test_name_who_has_some_or_was_promised_some(self, client, database):
        milk = on_sale(database)
        (lot,) = rows(database, "SELECT * FROM stock WHERE product_id = %(id)s", id=milk.id)
        bought = await sold(client, database, (milk, 2))
        waiting, ended = placed(database, (lot, 3)), placed(database, (lot, 1))
        rows(
            database,
            "UPDATE purchase SET status = 'cancelled', cancelled_at = now() WHERE id = %(id)s",
            id=ended.id,
        )
        headers, url = as_clerk(database), "/api/v1/stock/recalls"
        answer = await client.get(url, params={"lot": lot.id, "limit": 1}, headers=headers)
        RecallPage.model_validate_json(answer.content, strict=True)
        page = answer.json()
        query = {"lot": lot.id, "limit": 1, "cursor": page["next"]}
        second = (await client.get(url, params=query, headers=headers)).json()
        assert second["next"] is None
        found = [*page["items"], *second["items"]]
        assert [(each["id"], each["status"], each["quantity"]) for each in found] == [
            (str(waiting.id), "placed", "3.000"),
            (bought["id"], "collected", "2.000"),
        ]
        assert (found[1]["contact_name"], found[1]["products"]) == ("Jan Kowalski", [milk.code])
        assert [each["id"] for each in page["lots"]] == [lot.id]
        code, other = f"L{lot.id}", stocked(database, product(database), 1)
        for each in (lot, other):
            await correct(client, database, each, lot_code=code)
        read = partial(client.get, url, headers=headers)
        by_code = (await read(params={"lot_code": code})).json()
        assert by_code["items"] == found
        assert [each["id"] for each in by_code["lots"]] == [lot.id, other.id]
        for query in ({"lot_code": code, "product": milk.code}, {"lot_code": code, "lot": lot.id}):
            assert [each["id"] for each in (await read(params=query)).json()["lots"]] == [lot.id]
        assert (await read()).json() == {"items": [], "next": None, "lots": []}


def left_over(database, lots, a_day):
    query = "SELECT left_over(%(quantities)s::numeric[], %(days)s::integer[], %(a_day)s)"
    quantities, days = [lot[0] for lot in lots], [lot[1] for lot in lots]
    return value(database, query, quantities=quantities, days=days, a_day=a_day)


quantities = st.integers(0, 50)
shelves = st.lists(st.tuples(quantities, st.integers(0, 12)), min_size=1, max_size=5)


@given(shelf=shelves, a_day=st.integers(0, 9))
def test_what_is_left_over_is_what_a_day_by_day_sale_leaves(database, shelf, a_day):
    shelf.sort(key=lambda lot: lot[1])
    left = [quantity for quantity, _ in shelf]
    for day in range(shelf[-1][1] + 1):
        wanted = a_day
        for place, (_, last) in enumerate(shelf):
            taken = min(left[place], wanted) if last >= day else 0
            left[place] -= taken
            wanted -= taken
    assert left_over(database, shelf, Decimal(a_day)) == left[-1]


async def test_what_expires_is_listed_with_what_will_be_left(client, database):
    day, dairy = today(database), category(database)
    markdown(database, "0.25", 1, category=dairy)
    milk = product(database, "2.00", category=dairy)
    gone = stocked(database, milk, 4, expires_on=day - timedelta(1))
    soon = stocked(database, milk, 9, expires_on=day + timedelta(1), unit_cost="0.3333")
    late = stocked(database, milk, 9, expires_on=day + timedelta(5))
    stocked(database, milk, 9, expires_on=day + timedelta(60))
    placed(database, (soon, 2))
    insert(
        database,
        "stock_movement",
        kind="sale",
        at=day - timedelta(3),
        product_id=milk.id,
        stock_id=stocked(database, milk, 56).id,
        quantity=-56,
        purchase_id=placed(database).id,
    )
    found, query = [], {"limit": 100, "days": 30}
    while query.get("cursor", "") is not None:
        answer = await client.get(
            "/api/v1/stock/expiring", params=query, headers=as_clerk(database)
        )
        found += answer.json()["items"]
        query["cursor"] = answer.json()["next"]
    mine = [each for each in found if each["product"]["code"] == milk.code]
    for each in mine:
        ExpiringLot.model_validate(each)
    assert [each["lot"] for each in mine] == [gone.id, soon.id, late.id]
    assert {each["daily_sales"] for each in mine} == {"2.000"}
    assert [each["left_over"] for each in mine] == ["4.000", "5.000", "1.000"]
    assert (mine[1]["free"], mine[1]["value"]) == ("7.000", "3.00")
    assert (mine[1]["reduced_rate"], mine[1]["reduced_price"]) == ("0.2500", "1.50")
    assert (mine[0]["expired"], mine[0]["reduced_rate"], mine[2]["reduced_rate"]) == (
        True,
        None,
        None,
    )
