from datetime import timedelta

import pytest

from app.inventory.requests.schemas import Receipt
from tests.builders import (
    invoice_request,
    level_of,
    product,
    rows,
    supplier,
    unique,
    value,
)

LIST = "/api/v1/invoice-requests"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def milk(database):
    return product(database)


@pytest.fixture
def flour(database):
    return product(database, unit="kg")


@pytest.fixture
def asked(database, milk, flour):
    return invoice_request(database, (milk, 10, "0.8"), (flour, "2.5", "0.4567"))


def receive(asked):
    return f"{LIST}/{asked.code}/receive"


class TestReceive:
    async def test_strangers(self, refuses_strangers, asked):
        await refuses_strangers("POST", receive(asked), json={})

    async def test_missing(self, staff):
        answer = await staff.post(f"{LIST}/nobody-has-this/receive", json={})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"product": "nobody-has-this"}, "/lines/0/product"),
            ({"quantity": "1.5"}, "/lines/0/quantity"),
            ({"quantity": "0"}, "/lines/0/quantity"),
            ({"expires_on": "2020-01-01"}, "/lines/0/expires_on"),
            ({"expires_on": "tomorrow"}, "/lines/0/expires_on"),
            ({"unit_cost": "-1"}, "/lines/0/unit_cost"),
            ({"colour": "red"}, "/lines/0/colour"),
        ],
    )
    async def test_invalid(self, staff, database, asked, milk, changed, pointer):
        sent = {"product": milk.code, "quantity": "1", **changed}
        answer = await staff.post(receive(asked), json={"lines": [sent]})
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]
        assert level_of(database, milk).on_hand == 0

    async def test_a_product_that_was_not_asked_for(self, staff, database, asked):
        other = product(database)
        lines = [{"product": other.code, "quantity": "1"}]
        answer = await staff.post(receive(asked), json={"lines": lines})
        assert answer.status_code == 422
        assert pointers(answer) == ["/lines/0/product"]

    async def test_everything(self, staff, database, me, asked, milk, flour):
        answer = await staff.post(receive(asked), json={})
        assert answer.status_code == 200
        Receipt.model_validate_json(answer.content, strict=True)
        receipt = answer.json()
        assert receipt["invoice_request"]["status"] == "received"
        assert [x["received"] for x in receipt["invoice_request"]["lines"]] == ["10.000", "2.500"]
        first, second = receipt["lots"]
        assert (first["product"]["code"], first["on_hand"]) == (milk.code, "10.000")
        assert (first["unit_cost"], first["expires_on"]) == ("0.8000", None)
        assert first["invoice_request"] == asked.code
        assert first["supplier"] is not None
        assert (second["product"]["code"], second["on_hand"]) == (flour.code, "2.500")
        assert level_of(database, milk).on_hand == 10
        (moved,) = rows(
            database, "SELECT * FROM stock_movement WHERE stock_id = %(id)s", id=first["id"]
        )
        assert (moved.kind, moved.quantity) == ("receipt", 10)
        assert (moved.login_id, moved.invoice_request_id) == (me.login_id, asked.id)
        noted = value(
            database,
            "SELECT detail FROM audit_log WHERE subject = %(s)s",
            s=f"invoice_request:{asked.code}",
        )
        assert noted == {"lots": [first["id"], second["id"]]}

    async def test_in_parts_and_several_lots(self, staff, database, asked, milk, today):
        soon, later = today, today + timedelta(days=9)
        lines = [
            {"product": milk.code, "quantity": "4", "expires_on": str(later), "lot_code": "L24"},
            {"product": milk.code, "quantity": "1", "expires_on": str(soon), "unit_cost": "0.7"},
        ]
        answer = await staff.post(receive(asked), json={"lines": lines})
        assert answer.status_code == 200
        assert answer.json()["invoice_request"]["status"] == "partly_received"
        found = [
            (lot["on_hand"], lot["expires_on"], lot["unit_cost"], lot["expired"])
            for lot in answer.json()["lots"]
        ]
        assert found == [
            ("4.000", str(later), "0.8000", False),
            ("1.000", str(soon), "0.7000", False),
        ]
        (of_maker,) = (
            await staff.get(f"/api/v1/stock/lots?product={milk.code}&lot_code=L24")
        ).json()["items"]
        assert (of_maker["lot_code"], of_maker["on_hand"]) == ("L24", "4.000")
        rest = await staff.post(receive(asked), json={})
        assert rest.json()["invoice_request"]["status"] == "received"
        assert [lot["on_hand"] for lot in rest.json()["lots"]] == ["5.000", "2.500"]
        assert level_of(database, milk).on_hand == 10
        more = await staff.post(receive(asked), json={})
        assert (more.status_code, more.json()["code"]) == (409, "not_open")

    async def test_yesterday_is_too_late(self, staff, asked, milk, today):
        yesterday = str(today - timedelta(days=1))
        lines = [{"product": milk.code, "quantity": "1", "expires_on": yesterday}]
        answer = await staff.post(receive(asked), json={"lines": lines})
        assert answer.status_code == 422
        assert pointers(answer) == ["/lines/0/expires_on"]

    async def test_more_than_was_asked_for(self, staff, database, asked, milk, flour):
        lines = [
            {"product": flour.code, "quantity": "2.5"},
            {"product": milk.code, "quantity": "6"},
            {"product": milk.code, "quantity": "5"},
        ]
        answer = await staff.post(receive(asked), json={"lines": lines})
        assert answer.status_code == 409
        problem = answer.json()
        assert problem["code"] == "over_received"
        assert problem["lines"] == [{"product": milk.code, "open": "10.000", "received": "11.000"}]
        assert pointers(answer) == ["/lines/2/quantity"]
        assert level_of(database, flour).on_hand == 0

    async def test_cancelled(self, staff, database, milk):
        made = invoice_request(database, (milk, 1, "1"), status="cancelled")
        answer = await staff.post(receive(made), json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_open")

    async def test_withdrawn_goods_still_come_in(self, staff, database):
        gone = product(database, active=False)
        made = invoice_request(
            database, (gone, 1, "1"), supplier_id=supplier(database, active=False).id
        )
        assert (await staff.post(receive(made), json={})).status_code == 200

    async def test_sent_twice_received_once(self, staff, database, asked, milk):
        key = {"Idempotency-Key": unique("key")}
        body = {"lines": [{"product": milk.code, "quantity": "2"}]}
        first = await staff.post(receive(asked), json=body, headers=key)
        second = await staff.post(receive(asked), json=body, headers=key)
        assert (first.status_code, second.status_code) == (200, 200)
        assert second.content == first.content
        assert second.headers["Idempotency-Replayed"] == "true"
        assert level_of(database, milk).on_hand == 2
        body["lines"][0]["quantity"] = "3"
        other = await staff.post(receive(asked), json=body, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
