"""Why there is as much of a product as the books say."""

from app.inventory.ledger.schemas import LedgerEntry
from tests.builders import clerk, insert, on_sale, product, rows, stocked
from tests.inventory.counts.counting import approve, opened, scan, send
from tests.orders.sales import back, sold


async def entries(client, headers, of, limit):
    """Return a ledger whole, read in pages of that size."""
    found, query = [], {"limit": limit}
    while query.get("cursor", "") is not None:
        answer = await client.get(
            f"/api/v1/products/{of.code}/ledger", params=query, headers=headers
        )
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        query["cursor"] = answer.json()["next"]
    return found


async def test_says_what_came_and_went_and_what_there_was_behind_it(client, database):
    who = clerk(database)
    milk = on_sale(database)
    purchase = await sold(client, database, (milk, 3))
    refund = {"reason": "sour", "lines": [{**back(purchase, milk), "goods": "waste"}]}
    url = f"/api/v1/purchases/{purchase['id']}/refunds"
    assert (await client.post(url, json=refund, headers=who.headers)).status_code == 201
    lot = rows(database, "SELECT id FROM stock WHERE product_id = %(id)s", id=milk.id)[0].id
    waste = {"lot": lot, "quantity": "2", "reason": "broken", "note": "fell"}
    thrown = await client.post("/api/v1/stock/waste", json=waste, headers=who.headers)
    assert thrown.json()["note"] == "fell"
    count = await opened(client, database, milk)
    await send(client, database, count, scan(milk, "4"))
    assert (await approve(client, database, count)).status_code == 200
    found = await entries(client, who.headers, milk, 100)
    for each in found:
        LedgerEntry.model_validate(each)
    assert [(each["kind"], each["quantity"], each["balance"]) for each in found] == [
        ("adjustment", "-1.000", "4.000"),
        ("waste", "-2.000", "5.000"),
        ("waste", "-1.000", "7.000"),
        ("return", "1.000", "8.000"),
        ("sale", "-3.000", "7.000"),
        ("receipt", "10.000", "10.000"),
    ]
    counted, broken, _, returned, *_ = found
    assert (counted["count"], broken["note"], broken["by"]) == (count, "fell", who.email)
    assert (returned["purchase"], returned["purchase_number"]) == (
        purchase["id"],
        purchase["number"],
    )
    assert await entries(client, who.headers, milk, 1) == found


async def test_a_page_costs_the_same_anywhere(client, database):
    """Two hundred thousand took a second to add up; a page reads its own rows."""
    headers, rice = clerk(database).headers, product(database, unit="kg")
    lot = stocked(database, rice, 1)
    for quantity in ("0.5", "-0.25"):
        insert(
            database,
            "stock_movement",
            kind="adjustment",
            product_id=rice.id,
            stock_id=lot.id,
            quantity=quantity,
            reason="counted",
        )
    first = await client.get(f"/api/v1/products/{rice.code}/ledger?limit=2", headers=headers)
    # What comes in the meantime does not move the pages behind.
    stocked(database, rice, 7)
    query = {"limit": 2, "cursor": first.json()["next"]}
    second = await client.get(f"/api/v1/products/{rice.code}/ledger", params=query, headers=headers)
    both = first.json()["items"] + second.json()["items"]
    assert [each["balance"] for each in both] == ["1.250", "1.500", "1.000"]


async def test_of_nothing_is_not_found(client, database):
    answer = await client.get("/api/v1/products/none/ledger", headers=clerk(database).headers)
    assert answer.status_code == 404
