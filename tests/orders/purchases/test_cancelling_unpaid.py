"""Staff cancels what one telephone number has not paid for."""

import asyncio

from app.orders.purchases import service as purchase_service
from tests.builders import (
    as_clerk,
    clerk,
    customer,
    filled_cart,
    level_of,
    on_sale,
    rows,
    unique,
)
from tests.orders.sales import check_out, collect, invalid, pay, read

URL = "/api/v1/purchases/cancel-unpaid"


def phone():
    return "+48 " + str(int(unique().encode().hex(), 16))[-12:].replace("0", "1")


async def ordered(client, database, product, number, owner=None):
    cart = filled_cart(database, (product, 1), owner=owner)
    answer = await check_out(client, cart, contact_phone=number)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def cancel(client, who, number, **headers):
    body = {"contact_phone": number, "reason": "nobody answers there"}
    answer = await client.post(URL, json=body, headers={**who, **headers})
    assert answer.status_code == 200, answer.text
    return answer


async def test_cancels_what_nothing_was_paid_for(client, database):
    milk, ham, number, who = on_sale(database), on_sale(database), phone(), clerk(database)
    made = [await ordered(client, database, each, number) for each in (milk, ham, milk)]
    made.append(await ordered(client, database, milk, number, customer(database)))
    begun, done = [await ordered(client, database, milk, number) for _ in range(2)]
    await pay(client, database, begun, "0.01")
    await pay(client, database, done)
    await collect(client, database, done)
    other = await ordered(client, database, milk, phone())
    answer = await cancel(client, who.headers, number.replace("+", "00").replace(" ", "/"))
    found = answer.json()
    assert (found["count"], found["more"]) == (4, False)
    assert {each["id"] for each in found["cancelled"]} == {each["id"] for each in made}
    assert {each["invoice_number"] for each in found["cancelled"]} == {
        each["invoice_number"] for each in made
    }
    for each in made:
        now = await read(client, database, each)
        assert (now["status"], now["cancel_reason"]) == ("cancelled", "nobody answers there")
        query = "SELECT login_id, action, detail FROM audit_log WHERE subject = %(subject)s"
        (noted,) = rows(database, query, subject=f"purchase:{each['id']}")
        assert (noted.login_id, noted.action) == (who.login_id, "purchase.cancelled")
        assert noted.detail == {"reason": "nobody answers there", "refunds": {}}
    statuses = [(await read(client, database, each))["status"] for each in (begun, done, other)]
    assert statuses == ["placed", "collected", "placed"]
    assert (level_of(database, milk).allocated, level_of(database, ham).allocated) == (2, 0)
    lots = rows(database, "SELECT allocated FROM stock WHERE product_id = %(id)s", id=milk.id)
    assert [lot.allocated for lot in lots] == [2]


async def test_twice_is_once(client, database):
    milk, number, who = on_sale(database), phone(), as_clerk(database)
    await ordered(client, database, milk, number)
    key = {"Idempotency-Key": unique()}
    first, again = [await cancel(client, who, number, **key) for _ in range(2)]
    assert first.json()["count"] == 1
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await cancel(client, who, number)).json() == {
        "count": 0,
        "cancelled": [],
        "more": False,
    }


async def test_so_many_at_once(client, database, monkeypatch):
    monkeypatch.setattr(purchase_service, "MOST_AT_ONCE", 2)
    milk, number, who = on_sale(database), phone(), as_clerk(database)
    for _ in range(3):
        await ordered(client, database, milk, number)
    found = [(await cancel(client, who, number)).json() for _ in range(2)]
    assert [(each["count"], each["more"]) for each in found] == [(2, True), (1, False)]


async def test_what_is_paid_meanwhile_stays(client, database):
    milk, number, who = on_sale(database, stock=20), phone(), as_clerk(database)
    made = [await ordered(client, database, milk, number) for _ in range(8)]
    first, second, *paid = await asyncio.gather(
        cancel(client, who, number),
        cancel(client, who, number),
        *(pay(client, database, each) for each in made),
    )
    kept = sum(each.status_code == 201 for each in paid)
    assert first.json()["count"] + second.json()["count"] == len(made) - kept
    assert level_of(database, milk).allocated == kept


async def test_needs_a_number_and_a_reason(client, database):
    answer = await client.post(URL, json={}, headers=as_clerk(database))
    invalid(answer, "/contact_phone", "/reason")
