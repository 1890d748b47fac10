import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from app.orders.purchases.schemas import Purchase
from tests.builders import (
    as_admin,
    as_clerk,
    as_customer,
    clerk,
    guest_cart,
    level_of,
    on_sale,
    rows,
    stock_of,
    stocked,
    today,
    value,
)
from tests.orders.sales import bought, collect, conflict, invalid, pay, read, sold

PURCHASES = "/api/v1/purchases"
NOBODYS = uuid.UUID(int=0)


async def cancel(client, database, purchase, **body):
    return await client.post(
        f"{PURCHASES}/{purchase['id']}/cancel",
        json={"reason": "changed their mind", **body},
        headers=as_clerk(database),
    )


def expire(database, lot):
    yesterday = today(database) - timedelta(days=1)
    rows(
        database,
        "UPDATE stock SET expires_on = %(day)s WHERE id = %(id)s",
        day=yesterday,
        id=lot.id,
    )


def sales_of(database, purchase):
    query = (
        "SELECT stock_id, quantity, login_id FROM stock_movement"
        " WHERE purchase_id = %(id)s AND kind = 'sale' ORDER BY stock_id"
    )
    return rows(database, query, id=purchase["id"])


@pytest.mark.parametrize("what", ["collect", "cancel"])
class TestWho:
    async def test_anonymous(self, client, what):
        url = f"{PURCHASES}/{NOBODYS}/{what}"
        assert (await client.post(url, json={"reason": "x"})).status_code == 401

    async def test_is_not_for_customers_and_carts(self, client, database, what):
        for headers in (as_customer(database), guest_cart(database).headers):
            url = f"{PURCHASES}/{NOBODYS}/{what}"
            answer = await client.post(url, json={"reason": "x"}, headers=headers)
            assert answer.status_code == {"collect": 403, "cancel": 404}[what]

    async def test_missing(self, client, database, what):
        url = f"{PURCHASES}/{NOBODYS}/{what}"
        answer = await client.post(url, json={"reason": "x"}, headers=as_clerk(database))
        assert answer.status_code == 404


class TestCollect:
    async def test_turns_the_promise_into_a_sale(self, client, database):
        milk, ham = on_sale(database, stock=None), on_sale(database, unit="kg", stock="2")
        first, second = stocked(database, milk, 2), stocked(database, milk, 5)
        purchase = await bought(client, database, (ham, "0.250"), (milk, 3))
        await pay(client, database, purchase)
        who = clerk(database)
        answer = await client.post(f"{PURCHASES}/{purchase['id']}/collect", headers=who.headers)
        assert answer.status_code == 200
        found = Purchase.model_validate_json(answer.content)
        assert found.status == "collected"
        assert found.collected_at
        level = level_of(database, milk)
        assert (level.on_hand, level.allocated, level.available) == (4, 0, 4)
        assert [stock_of(database, lot).on_hand for lot in (first, second)] == [0, 4]
        sales = sales_of(database, purchase)
        assert sum(row.quantity for row in sales) == Decimal("-3.250")
        assert {row.login_id for row in sales} == {who.login_id}

    async def test_not_before_it_is_paid_in_full(self, client, database):
        milk = on_sale(database, price="3.00")
        purchase = await bought(client, database, (milk, 1))
        assert conflict(await collect(client, database, purchase), "unpaid")["due"] == "3.00"
        await pay(client, database, purchase, "2.99")
        assert conflict(await collect(client, database, purchase), "unpaid")["due"] == "0.01"
        assert (level_of(database, milk).on_hand, level_of(database, milk).allocated) == (10, 1)
        await pay(client, database, purchase, "0.01")
        assert (await collect(client, database, purchase)).status_code == 200

    async def test_only_once(self, client, database):
        milk = on_sale(database)
        purchase = await sold(client, database, (milk, 1))
        conflict(await collect(client, database, purchase), "purchase_ended")
        assert level_of(database, milk).on_hand == 9

    async def test_not_what_was_cancelled(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        await cancel(client, database, purchase)
        conflict(await collect(client, database, purchase), "purchase_ended")

    async def test_what_expired_meanwhile_comes_from_other_lots(self, client, database):
        milk, bread = on_sale(database, stock=None), on_sale(database, stock=5)
        soon, late = (
            stocked(database, milk, 4, expires_on=today(database) + timedelta(days=days))
            for days in (2, 5)
        )
        purchase = await bought(client, database, (bread, 1), (milk, 5))
        await pay(client, database, purchase)
        stocked(database, milk, 3)
        expire(database, soon)
        answer = await collect(client, database, purchase)
        assert answer.status_code == 200, answer.text
        found = [stock_of(database, lot) for lot in (soon, late)]
        assert [(lot.on_hand, lot.allocated) for lot in found] == [(4, 0), (0, 0)]
        level = level_of(database, milk)
        assert (level.on_hand, level.allocated, level.expired, level.available) == (6, 0, 4, 2)
        assert level_of(database, bread).allocated == 0
        assert soon.id not in [row.stock_id for row in sales_of(database, purchase)]
        query = (
            "SELECT sum(a.quantity) FROM allocation a JOIN purchase_line l"
            " ON l.id = a.purchase_line_id WHERE l.purchase_id = %(id)s AND l.product_id = %(p)s"
        )
        assert value(database, query, id=purchase["id"], p=milk.id) == 5

    async def test_what_expired_and_cannot_be_replaced_stays(self, client, database):
        milk = on_sale(database, stock=None)
        day = today(database) + timedelta(days=2)
        lot = stocked(database, milk, 4, expires_on=day)
        stocked(database, milk, 1)
        purchase = await bought(client, database, (milk, 3))
        await pay(client, database, purchase)
        expire(database, lot)
        problem = conflict(await collect(client, database, purchase), "expired")
        assert problem["items"] == [
            {"product": milk.code, "requested": "3.000", "available": "1.000"}
        ]
        assert stock_of(database, lot).allocated == 3
        assert (await read(client, database, purchase))["status"] == "placed"
        assert (await cancel(client, database, purchase)).json()["refunded"] == purchase["total"]


class TestCancel:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"reason": ""}, "/reason"),
            ({"reason": "x" * 201}, "/reason"),
            ({"method": "cheque"}, "/method"),
            ({"refund": True}, "/refund"),
        ],
    )
    async def test_wrong_values(self, client, database, body, pointer):
        purchase = await bought(client, database, (on_sale(database), 1))
        invalid(await cancel(client, database, purchase, **body), pointer)

    async def test_needs_a_reason(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        url = f"{PURCHASES}/{purchase['id']}/cancel"
        invalid(await client.post(url, json={}, headers=as_clerk(database)), "/reason")

    async def test_frees_the_stock(self, client, database):
        milk, ham = on_sale(database, stock=None), on_sale(database, unit="kg")
        lots = [stocked(database, milk, 2), stocked(database, milk, 2)]
        purchase = await bought(client, database, (milk, 3), (ham, "0.5"))
        answer = await cancel(client, database, purchase)
        assert answer.status_code == 200
        found = Purchase.model_validate_json(answer.content)
        assert (found.status, found.cancel_reason, found.due) == (
            "cancelled",
            "changed their mind",
            0,
        )
        assert found.cancelled_at
        assert found.payments == []
        assert [stock_of(database, lot).allocated for lot in lots] == [0, 0]
        assert level_of(database, milk).available == 4
        assert level_of(database, ham).available == 10
        assert sales_of(database, purchase) == []

    async def test_refunds_as_it_was_paid(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 2))
        await pay(client, database, purchase, "3.00", "card")
        await pay(client, database, purchase, "4.00", "cash")
        found = (await cancel(client, database, purchase)).json()
        refunds = [
            (p["method"], p["amount"], p["reason"])
            for p in found["payments"]
            if p["kind"] == "refund"
        ]
        assert refunds == [
            ("card", "3.00", "changed their mind"),
            ("cash", "4.00", "changed their mind"),
        ]
        assert (found["paid"], found["refunded"], found["due"]) == ("7.00", "7.00", "0.00")

    async def test_refunds_all_by_the_method_asked_for(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 2))
        await pay(client, database, purchase, "3.00", "card")
        await pay(client, database, purchase, "4.00", "cash")
        refused = await cancel(client, database, purchase, method="transfer")
        assert (refused.status_code, refused.json()["code"]) == (403, "other_method")
        body = {"reason": "changed their mind", "method": "transfer"}
        url = f"{PURCHASES}/{purchase['id']}/cancel"
        found = (await client.post(url, json=body, headers=as_admin(database))).json()
        refunds = [p for p in found["payments"] if p["kind"] == "refund"]
        assert [(p["method"], p["amount"]) for p in refunds] == [("transfer", "7.00")]

    async def test_is_audited(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        await cancel(client, database, purchase)
        query = "SELECT action, detail FROM audit_log WHERE subject = %(subject)s"
        (entry,) = rows(database, query, subject=f"purchase:{purchase['id']}")
        assert entry.action == "purchase.cancelled"
        assert entry.detail == {"reason": "changed their mind", "refunds": {}, "goods": "restock"}

    async def test_only_once_and_not_what_was_collected(self, client, database):
        milk = on_sale(database)
        cancelled = await bought(client, database, (milk, 1))
        await cancel(client, database, cancelled)
        collected = await sold(client, database, (milk, 1))
        for purchase in (cancelled, collected):
            conflict(await cancel(client, database, purchase), "purchase_ended")
        assert (level_of(database, milk).on_hand, level_of(database, milk).allocated) == (9, 0)
