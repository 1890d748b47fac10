"""What the shop proposes to order, over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from app.inventory.proposals.schemas import Proposals
from app.inventory.suppliers.schemas import WEEKDAYS
from tests.builders import article, insert, placed, product, rows, supplier

URL = "/api/v1/invoice-requests/proposals"
DAYS = 56

_SALES = """
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, at)
    SELECT 'sale', %(product)s, %(lot)s, -u.sold, %(purchase)s, CURRENT_DATE - 57 + u.day::integer + time '12:00'
    FROM unnest(%(sold)s::numeric[]) WITH ORDINALITY AS u (sold, day) WHERE u.sold > 0
"""


@pytest.fixture
def sold(database):
    """Have a product sold on each of the last days, the oldest first, after it came; so much is left of it."""

    def make(product, quantities, left, **more):
        lot = insert(database, "stock", product_id=product.id, unit_cost="0.5")
        day = rows(database, "SELECT CURRENT_DATE - 57 + time '08:00' AS at")[0].at
        came = {"kind": "receipt", "quantity": sum(quantities) + left, "at": day}
        insert(database, "stock_movement", product_id=product.id, stock_id=lot.id, **came)
        names = {"product": product.id, "lot": lot.id, "purchase": placed(database).id}
        rows(database, f"{_SALES} RETURNING id", sold=quantities, **names)
        return lot

    return make


@pytest.fixture
def dairy(database):
    return supplier(database, lead_days=2, least_order="50.00")


@pytest.fixture
def propose(staff):
    async def ask(expected=200, **body):
        answer = await staff.post(URL, json=body)
        assert answer.status_code == expected, answer.text
        if expected == 200:
            Proposals.model_validate_json(answer.content, strict=True)
            return answer.json()["invoice_requests"]
        return answer.json()

    return ask


def quantities(drafts):
    return {
        line["product"]["code"]: line["quantity"] for draft in drafts for line in draft["lines"]
    }


async def test_each_line_says_why(propose, staff, database, dairy, sold, today):
    milk, salt = product(database, reorder_level=2, shelf_life_days=9), product(database)
    for each in (milk, salt):
        terms = {"pack": 6, "least_quantity": 6, "article_number": "4711", "unit_cost": "0.8"}
        article(database, dairy, each, **terms)
    first = today - timedelta(days=DAYS)
    week = [4, 1, 1, 1, 1, 5, 3]
    sold(milk, [week[(first + timedelta(days=day)).weekday()] for day in range(DAYS)], 1)
    sold(salt, [1] * DAYS, 30)
    (draft,) = await propose(supplier=dairy.code)
    assert (draft["status"], draft["proposed"]) == ("draft", True)
    assert draft["below_least_order"] is True
    (line,) = draft["lines"]
    assert (line["product"]["code"], line["article_number"]) == (milk.code, "4711")
    days = [week[(today + timedelta(days=ahead)).weekday()] for ahead in range(11)]
    assert (line["quantity"], line["packs"], line["unit_cost"]) == ("6.000", "1.000", "0.8000")
    assert line["why"] == {
        "method": "sales",
        "sells": {name: f"{week[place]}.000" for place, name in enumerate(WEEKDAYS)},
        "days_counted": DAYS,
        "days_without_stock": 0,
        "delivery_on": str(today + timedelta(days=2)),
        "next_delivery_on": str(today + timedelta(days=3)),
        "sells_before": f"{days[0] + days[1]}.000",
        "sells_until_next": f"{days[2]}.000",
        "safety": "0.000",
        "sells_before_expiry": f"{sum(days[2:11])}.000",
        "on_hand": "1.000",
        "promised": "0.000",
        "available": "1.000",
        "on_order": "0.000",
        "reorder_level": "2.000",
        "pack": "6.000",
        "least_quantity": "6.000",
    }
    url = f"/api/v1/invoice-requests/{draft['code']}"
    assert (await staff.get(url)).json() == draft


async def test_takes_the_place_of_what_nobody_touched_and_counts_the_rest(
    propose, staff, database, dairy, sold, today
):
    milk, cream = product(database), product(database)
    for each in (milk, cream):
        article(database, dairy, each)
        sold(each, [3] * DAYS, 2)
    expected = {milk.code: "3.000", cream.code: "3.000"}
    (first,) = await propose(supplier=dairy.code)
    (second,) = await propose(supplier=dairy.code)
    assert quantities([first]) == quantities([second]) == expected
    (third,) = await propose(supplier=dairy.code, products=[milk.code])
    mine = (await staff.get(f"/api/v1/invoice-requests?supplier={dairy.code}")).json()["items"]
    assert [(each["code"], quantities([each])) for each in mine] == [
        (third["code"], {milk.code: "3.000"}),
        (second["code"], {cream.code: "3.000"}),
    ]
    url = f"/api/v1/invoice-requests/{second['code']}"
    assert (await staff.patch(url, json={"note": "as always"})).json()["proposed"] is False
    url = f"/api/v1/invoice-requests/{third['code']}"
    assert (await staff.post(f"{url}/send")).json()["proposed"] is True
    assert await propose(supplier=dairy.code) == []
    # What comes before the next delivery is sold by then.
    assert (await staff.patch(url, json={"expected_on": str(today)})).json()["status"] == "sent"
    assert [quantities([each]) for each in await propose(supplier=dairy.code)] == [
        {milk.code: "3.000"}
    ]


async def test_fills_up_to_the_level_if_asked_and_never_proposes_less(
    propose, database, dairy, sold
):
    milk, new, full = (product(database, reorder_level=level) for level in (9, 5, 2))
    for each in (milk, new, full):
        article(database, dairy, each)
    sold(milk, [3] * DAYS, 2)
    sold(full, [3] * DAYS, 2)
    by_level = quantities(await propose(supplier=dairy.code, method="reorder_level"))
    assert by_level == {milk.code: "7.000", new.code: "5.000"}
    by_sales = quantities(await propose(supplier=dairy.code))
    assert by_sales == {milk.code: "7.000", new.code: "5.000", full.code: "3.000"}


async def test_orders_each_product_of_one_supplier(propose, database, dairy):
    def of(product, **terms):
        for seller, (cost, preferred) in terms.items():
            sellers = {"dairy": dairy, "farm": farm, "gone": gone}
            more = {"unit_cost": cost, "preferred": preferred}
            article(database, sellers[seller], product, **more)
        return product.code

    farm, gone = supplier(database), supplier(database, active=False)
    made = [product(database, reorder_level=1) for _ in range(3)]
    cheap = of(made[0], dairy=("2", False), farm=("1", False))
    preferred = of(made[1], dairy=("2", True), farm=("1", False))
    left = of(made[2], dairy=("2", False), gone=("1", True))
    withdrawn = product(database, reorder_level=1, active=False)
    article(database, dairy, withdrawn)
    drafts = await propose(products=[cheap, preferred, left, withdrawn.code])
    assert {draft["supplier"]["code"]: set(quantities([draft])) for draft in drafts} == {
        dairy.code: {preferred, left},
        farm.code: {cheap},
    }


@pytest.mark.parametrize("change", [{"active": False}, {"preferred": False}])
async def test_takes_the_place_of_what_was_proposed_of_another_supplier(
    propose, staff, database, dairy, change
):
    milk, cream, farm = product(database, reorder_level=4), product(database), supplier(database)
    article(database, farm, milk, unit_cost="1", preferred=True)
    article(database, farm, cream, unit_cost="1")
    article(database, dairy, milk, unit_cost="2")
    (before,) = await propose(products=[milk.code])
    assert before["supplier"]["code"] == farm.code
    if "active" in change:
        answer = await staff.patch(f"/api/v1/suppliers/{farm.code}", json=change)
    else:
        url = f"/api/v1/suppliers/{dairy.code}/articles/{milk.code}"
        answer = await staff.put(url, json={"unit_cost": "2", "preferred": True})
    assert answer.status_code == 200, answer.text
    (draft,) = await propose(supplier=dairy.code)
    assert quantities([draft]) == {milk.code: "4.000"}
    gone = await staff.get(f"/api/v1/invoice-requests/{before['code']}")
    assert gone.status_code == 404


async def test_of_nobody_and_of_nothing(propose, database, dairy):
    gone = supplier(database, active=False)
    assert await propose(supplier=dairy.code) == []
    nobody = await propose(422, supplier="nobody-has-this")
    assert [error["pointer"] for error in nobody["errors"]] == ["/supplier"]
    assert (await propose(409, supplier=gone.code))["code"] == "withdrawn"
    known = product(database).code
    nothing = await propose(422, products=[known, "nobody-has-this"])
    assert [error["pointer"] for error in nothing["errors"]] == ["/products/1"]


async def test_of_two_at_once_one_stays(propose, staff, database, dairy):
    article(database, dairy, product(database, reorder_level=4))
    found = await asyncio.gather(*(propose(supplier=dairy.code) for _ in range(4)))
    assert all(len(drafts) == 1 for drafts in found)
    left = (await staff.get(f"/api/v1/invoice-requests?supplier={dairy.code}")).json()["items"]
    assert [quantities([draft]) for draft in left] == [quantities(found[0])]
