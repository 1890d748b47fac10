import uuid
from decimal import Decimal

import pytest

from app.orders.purchases.refunds.schemas import Refund
from app.orders.purchases.schemas import Payment
from tests.builders import (
    admin,
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
    unique,
)
from tests.orders.sales import back, bought, collect, conflict, invalid, pay, read, sold

PURCHASES = "/api/v1/purchases"
NOBODYS = uuid.UUID(int=0)
BODY = {"amount": "1.00", "method": "cash"}


async def refund(client, database, purchase, amount="1.00", **body):
    """Give money back, as somebody who may do it by another method than it came by."""
    return await client.post(
        f"{PURCHASES}/{purchase['id']}/refunds",
        json={"amount": amount, "method": "cash", "reason": "sour", **body},
        headers=as_admin(database),
    )


@pytest.mark.parametrize("what", ["payments", "refunds"])
class TestWho:
    async def test_anonymous(self, client, what):
        answer = await client.post(f"{PURCHASES}/{NOBODYS}/{what}", json=BODY)
        assert answer.status_code == 401

    async def test_forbidden_for_customers_and_carts(self, client, database, what):
        for headers in (as_customer(database), guest_cart(database).headers):
            url = f"{PURCHASES}/{NOBODYS}/{what}"
            assert (await client.post(url, json=BODY, headers=headers)).status_code == 403

    async def test_missing(self, client, database, what):
        body = BODY | ({"reason": "x"} if what == "refunds" else {})
        for headers in (as_clerk(database), as_admin(database)):
            url = f"{PURCHASES}/{NOBODYS}/{what}"
            assert (await client.post(url, json=body, headers=headers)).status_code == 404

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"amount": "0.00"}, "/amount"),
            ({"amount": "-1.00"}, "/amount"),
            ({"amount": "0.001"}, "/amount"),
            ({"amount": 1.5}, "/amount"),
            ({"amount": "NaN"}, "/amount"),
            ({"method": "cheque"}, "/method"),
            ({"reference": "x" * 121}, "/reference"),
            ({"at": "2026-01-01T00:00:00Z"}, "/at"),
        ],
    )
    async def test_wrong_values(self, client, database, what, change, pointer):
        purchase = await bought(client, database, (on_sale(database), 1))
        body = BODY | ({"reason": "x"} if what == "refunds" else {}) | change
        url = f"{PURCHASES}/{purchase['id']}/{what}"
        invalid(await client.post(url, json=body, headers=as_clerk(database)), pointer)


class TestPay:
    async def test_in_parts(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 2))
        who = clerk(database)
        url = f"{PURCHASES}/{purchase['id']}/payments"
        body = {"amount": "3.50", "method": "card", "reference": "slip 4711"}
        answer = await client.post(url, json=body, headers=who.headers)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{PURCHASES}/{purchase['id']}"
        made = Payment.model_validate_json(answer.content)
        assert (made.kind, made.method, made.amount, made.reference, made.reason) == (
            "payment",
            "card",
            Decimal("3.50"),
            "slip 4711",
            "",
        )
        (row,) = rows(database, "SELECT login_id FROM payment WHERE id = %(id)s", id=made.id)
        assert row.login_id == who.login_id
        assert (await read(client, database, purchase))["due"] == "6.50"
        assert (await pay(client, database, purchase, "6.50")).status_code == 201
        found = await read(client, database, purchase)
        assert (found["paid"], found["due"], found["status"]) == ("10.00", "0.00", "placed")
        assert found["payments"][0] == answer.json()

    async def test_never_above_what_is_due(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 1))
        await pay(client, database, purchase, "4.00")
        problem = conflict(await pay(client, database, purchase, "1.01"), "payment_above_total")
        assert problem["due"] == "1.00"
        assert (await read(client, database, purchase))["paid"] == "4.00"

    async def test_what_was_refunded_is_due_again(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 1))
        await pay(client, database, purchase, "5.00", "card")
        await refund(client, database, purchase, "5.00")
        assert (await read(client, database, purchase))["due"] == "5.00"
        assert (await pay(client, database, purchase, "5.00")).status_code == 201

    async def test_not_for_a_cancelled_purchase(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        url = f"{PURCHASES}/{purchase['id']}/cancel"
        await client.post(url, json={"reason": "gone"}, headers=as_clerk(database))
        conflict(await pay(client, database, purchase), "purchase_ended")

    async def test_not_for_a_collected_purchase(self, client, database):
        purchase = await sold(client, database, (on_sale(database), 1))
        await refund(client, database, purchase)
        conflict(await pay(client, database, purchase, "1.00"), "purchase_ended")

    async def test_once_for_each_idempotency_key(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 1))
        url = f"{PURCHASES}/{purchase['id']}/payments"
        headers = as_clerk(database) | {"Idempotency-Key": unique()}
        body = {"amount": "2.00", "method": "cash"}
        first = await client.post(url, json=body, headers=headers)
        again = await client.post(url, json=body, headers=headers)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (await read(client, database, purchase))["paid"] == "2.00"


def named(purchase, place):
    """Return how a problem names a line of a purchase."""
    line = purchase["lines"][place]
    return {"line": line["id"], "product": line["product"]}


class TestRefund:
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201, None])
    async def test_needs_a_reason(self, client, database, reason):
        purchase = await sold(client, database, (on_sale(database), 1))
        invalid(await refund(client, database, purchase, reason=reason), "/reason")

    async def test_never_above_what_was_paid(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 1))
        conflict(await refund(client, database, purchase, "0.01"), "refund_above_paid")
        await pay(client, database, purchase, "4.00")
        assert (await refund(client, database, purchase, "1.50")).status_code == 201
        problem = conflict(await refund(client, database, purchase, "2.51"), "refund_above_paid")
        assert problem["paid"] == "2.50"
        found = await read(client, database, purchase)
        assert (found["paid"], found["refunded"], found["due"]) == ("4.00", "1.50", "2.50")

    async def test_is_recorded_and_audited(self, client, database):
        purchase = await sold(client, database, (on_sale(database), 2))
        who = admin(database)
        answer = await client.post(
            f"{PURCHASES}/{purchase['id']}/refunds",
            json={"amount": "1.00", "method": "card", "reference": "r1", "reason": " sour "},
            headers=who.headers,
        )
        assert answer.status_code == 201
        (made,) = Refund.model_validate_json(answer.content).payments
        assert (made.kind, made.method, made.reference, made.reason) == (
            "refund",
            "card",
            "r1",
            "sour",
        )
        query = "SELECT * FROM audit_log WHERE subject = %(subject)s"
        (entry,) = rows(database, query, subject=f"purchase:{purchase['id']}")
        assert (entry.login_id, entry.action) == (who.login_id, "purchase.refunded")
        assert entry.detail["amount"] == "1.00"

    async def test_goods_come_back_onto_their_lots(self, client, database):
        milk = on_sale(database, stock=None)
        first, second = stocked(database, milk, 2), stocked(database, milk, 5)
        purchase = await sold(client, database, (milk, 4))
        assert (stock_of(database, first).on_hand, stock_of(database, second).on_hand) == (0, 3)
        answer = await refund(
            client,
            database,
            purchase,
            returned=[back(purchase, milk), back(purchase, milk, "2.000")],
        )
        assert answer.status_code == 201
        assert (stock_of(database, first).on_hand, stock_of(database, second).on_hand) == (2, 4)
        assert level_of(database, milk).on_hand == 6
        assert level_of(database, milk).allocated == 0
        query = (
            "SELECT stock_id, quantity, reason FROM stock_movement"
            " WHERE purchase_id = %(id)s AND kind = 'return' ORDER BY stock_id"
        )
        found = rows(database, query, id=purchase["id"])
        assert [(row.stock_id, row.quantity, row.reason) for row in found] == [
            (first.id, 2, "sour"),
            (second.id, 1, "sour"),
        ]
        assert (await read(client, database, purchase))["lines"][0]["returned"] == "3.000"

    async def test_never_more_than_was_sold(self, client, database):
        milk, ham = on_sale(database), on_sale(database, unit="kg")
        purchase = await sold(client, database, (milk, 3), (ham, "0.500"))
        await refund(client, database, purchase, returned=[back(purchase, milk, "2")])
        answer = await refund(
            client,
            database,
            purchase,
            returned=[back(purchase, milk, "2"), back(purchase, ham, "0.501")],
        )
        assert conflict(answer, "return_above_sold")["items"] == [
            {**named(purchase, 0), "requested": "2.000", "returnable": "1.000"},
            {**named(purchase, 1), "requested": "0.501", "returnable": "0.500"},
        ]
        found = await read(client, database, purchase)
        assert found["refunded"] == "1.00"
        assert [line["returned"] for line in found["lines"]] == ["2.000", "0.000"]

    async def test_only_what_was_bought_and_whole_pieces(self, client, database):
        milk = on_sale(database)
        purchase = await sold(client, database, (milk, 3))
        other = await sold(client, database, (milk, 3))
        returned = [back(purchase, milk, "0.5"), back(other, milk)]
        answer = await refund(client, database, purchase, returned=returned)
        invalid(answer, "/returned/0/quantity", "/returned/1/line")

    async def test_only_what_was_collected(self, client, database):
        milk = on_sale(database)
        purchase = await bought(client, database, (milk, 1))
        await pay(client, database, purchase)
        conflict(
            await refund(client, database, purchase, returned=[back(purchase, milk)]),
            "not_collected",
        )

    async def test_once_for_each_idempotency_key(self, client, database):
        milk = on_sale(database)
        purchase = await sold(client, database, (milk, 3))
        url = f"{PURCHASES}/{purchase['id']}/refunds"
        headers = as_clerk(database) | {"Idempotency-Key": unique()}
        body = {
            "amount": "1.00",
            "method": "cash",
            "reason": "sour",
            "returned": [back(purchase, milk)],
        }
        first = await client.post(url, json=body, headers=headers)
        again = await client.post(url, json=body, headers=headers)
        assert (again.status_code, again.content) == (201, first.content)
        found = await read(client, database, purchase)
        assert (found["refunded"], found["lines"][0]["returned"]) == ("1.00", "1.000")

    async def test_a_refunded_purchase_is_not_paid_in_full(self, client, database):
        purchase = await bought(client, database, (on_sale(database, price="5.00"), 1))
        await pay(client, database, purchase)
        await refund(client, database, purchase, "0.50")
        assert conflict(await collect(client, database, purchase), "unpaid")["due"] == "0.50"
