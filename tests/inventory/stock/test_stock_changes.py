from datetime import timedelta

import pytest

from app.inventory.stock.schemas import Movement
from tests.builders import (
    allocated,
    level_of,
    product,
    rows,
    stock_of,
    stocked,
    unique,
    value,
)

ADJUST = "/api/v1/stock/adjustments"
WASTE = "/api/v1/stock/waste"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def by(lot, quantity, reason="other"):
    return {"lot": lot.id, "quantity": quantity, "reason": reason}


@pytest.fixture
def milk(database):
    return product(database)


@pytest.fixture
def lot(database, milk):
    return stocked(database, milk, 10)


@pytest.fixture
def promised(database, lot):
    """A lot of ten, six of which are promised to purchases."""
    allocated(database, lot, 6)
    return lot


class TestAdjustALot:
    async def test_strangers(self, refuses_strangers, lot):
        await refuses_strangers("POST", ADJUST, json=by(lot, "1"))

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"lot": 2**62}, "/lot"),
            ({"lot": 0}, "/lot"),
            ({"lot": "1"}, "/lot"),
            ({"quantity": "0"}, "/quantity"),
            ({"quantity": "0.5"}, "/quantity"),
            ({"quantity": "-0.001"}, "/quantity"),
            ({"quantity": 1}, "/quantity"),
            ({"reason": " "}, "/reason"),
            ({"reason": "x" * 201}, "/reason"),
            ({"reason": None}, "/reason"),
            ({"unit_cost": "1"}, "/unit_cost"),
            ({"expires_on": "2099-01-01"}, "/expires_on"),
            ({"product": "milk"}, "/product"),
        ],
    )
    async def test_invalid(self, staff, database, lot, changed, pointer):
        answer = await staff.post(ADJUST, json={**by(lot, "1"), **changed})
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]
        assert stock_of(database, lot).on_hand == 10

    async def test_more_than_can_be_stored(self, staff, lot):
        answer = await staff.post(ADJUST, json=by(lot, "999999999"))
        assert answer.status_code == 422

    @pytest.mark.parametrize("change", [("3", 13), ("-10", 0)])
    async def test_good(self, staff, database, me, milk, lot, change):
        quantity, left = change
        answer = await staff.post(ADJUST, json=by(lot, quantity, "  counted again "))
        assert answer.status_code == 201
        Movement.model_validate_json(answer.content, strict=True)
        moved = answer.json()
        assert (moved["kind"], moved["product"], moved["lot"]) == ("adjustment", milk.code, lot.id)
        assert (moved["quantity"], moved["reason"]) == (f"{quantity}.000", "counted again")
        assert (moved["by"], moved["purchase"], moved["invoice_request"]) == (me.email, None, None)
        assert stock_of(database, lot).on_hand == left
        assert level_of(database, milk).on_hand == left
        assert (await staff.get(answer.headers["Location"])).json() == moved
        noted = value(
            database,
            "SELECT detail FROM audit_log WHERE subject = %(s)s AND action = 'stock.adjusted'",
            s=f"lot:{lot.id}",
        )
        expected = {"movement": moved["id"], "quantity": f"{quantity}.000"}
        assert noted == {**expected, "reason": "counted again"}

    async def test_what_is_promised_stays(self, staff, database, promised):
        answer = await staff.post(ADJUST, json=by(promised, "-5"))
        assert (answer.status_code, answer.json()["code"]) == (409, "allocated")
        figures = {"on_hand": "10.000", "allocated": "6.000", "free": "4.000"}
        assert answer.json().items() >= figures.items()
        assert stock_of(database, promised).on_hand == 10
        assert (await staff.post(ADJUST, json=by(promised, "-4"))).status_code == 201
        assert stock_of(database, promised).on_hand == 6

    async def test_not_below_zero(self, staff, lot):
        answer = await staff.post(ADJUST, json=by(lot, "-11"))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_on_hand")
        assert answer.json()["free"] == "10.000"

    async def test_parts_of_what_is_weighed(self, staff, database):
        flour = product(database, unit="kg")
        bag = stocked(database, flour, "2.5")
        answer = await staff.post(ADJUST, json=by(bag, "-0.125"))
        assert answer.status_code == 201
        assert answer.json()["quantity"] == "-0.125"
        assert str(stock_of(database, bag).on_hand) == "2.375"

    async def test_sent_twice_done_once(self, staff, database, lot):
        key = {"Idempotency-Key": unique("key")}
        first = await staff.post(ADJUST, json=by(lot, "2"), headers=key)
        second = await staff.post(ADJUST, json=by(lot, "2"), headers=key)
        assert second.content == first.content
        assert second.headers["Location"] == first.headers["Location"]
        assert second.headers["Idempotency-Replayed"] == "true"
        assert stock_of(database, lot).on_hand == 12

    async def test_a_refusal_is_not_kept(self, staff, database, lot):
        key = {"Idempotency-Key": unique("key")}
        refused = await staff.post(ADJUST, json=by(lot, "-12"), headers=key)
        assert refused.status_code == 409
        await staff.post(ADJUST, json=by(lot, "5"))
        again = await staff.post(ADJUST, json=by(lot, "-12"), headers=key)
        assert again.status_code == 201
        assert stock_of(database, lot).on_hand == 3


class TestAdjustByANewLot:
    def body(self, milk, **changed):
        body = {"product": milk.code, "quantity": "3", "unit_cost": "0.5", "reason": "found"}
        return {**body, **changed}

    async def test_strangers(self, refuses_strangers, milk):
        await refuses_strangers("POST", ADJUST, json=self.body(milk))

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"product": "nobody-has-this"}, "/product"),
            ({"product": None}, "/product"),
            ({"unit_cost": None}, "/unit_cost"),
            ({"unit_cost": "-1"}, "/unit_cost"),
            ({"quantity": "-3"}, "/quantity"),
            ({"quantity": "0"}, "/quantity"),
            ({"quantity": "2.5"}, "/quantity"),
            ({"expires_on": "2020-01-01"}, "/expires_on"),
            ({"lot_code": "no blanks"}, "/lot_code"),
            ({"lot_code": "x" * 21}, "/lot_code"),
        ],
    )
    async def test_invalid(self, staff, database, milk, changed, pointer):
        answer = await staff.post(ADJUST, json=self.body(milk, **changed))
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]
        assert level_of(database, milk).on_hand == 0

    async def test_good(self, staff, database, milk, today):
        ends = str(today + timedelta(days=3))
        answer = await staff.post(ADJUST, json=self.body(milk, expires_on=ends, lot_code="L/24"))
        assert answer.status_code == 201
        Movement.model_validate_json(answer.content, strict=True)
        lot = (await staff.get(f"/api/v1/stock/lots/{answer.json()['lot']}")).json()
        assert (lot["on_hand"], lot["unit_cost"], lot["expires_on"]) == ("3.000", "0.5000", ends)
        assert (lot["supplier"], lot["invoice_request"], lot["lot_code"]) == (None, None, "L/24")
        assert level_of(database, milk).on_hand == 3


class TestWaste:
    async def test_strangers(self, refuses_strangers, lot):
        await refuses_strangers("POST", WASTE, json=by(lot, "1"))

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"lot": 2**62}, "/lot"),
            ({"lot": None}, "/lot"),
            ({"quantity": "0"}, "/quantity"),
            ({"quantity": "-1"}, "/quantity"),
            ({"quantity": "0.5"}, "/quantity"),
            ({"reason": ""}, "/reason"),
            ({"reason": "bad luck"}, "/reason"),
            ({"note": "x" * 201}, "/note"),
            ({"product": "milk"}, "/product"),
        ],
    )
    async def test_invalid(self, staff, database, lot, changed, pointer):
        answer = await staff.post(WASTE, json={**by(lot, "1"), **changed})
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]
        assert stock_of(database, lot).on_hand == 10

    async def test_good(self, staff, database, me, milk, lot):
        answer = await staff.post(WASTE, json=by(lot, "4", "broken"))
        assert answer.status_code == 201
        Movement.model_validate_json(answer.content, strict=True)
        assert answer.json()["kind"] == "waste"
        assert answer.json()["quantity"] == "-4.000"
        assert (await staff.get(answer.headers["Location"])).json() == answer.json()
        assert level_of(database, milk).on_hand == 6
        noted = rows(
            database,
            "SELECT action, login_id FROM audit_log WHERE subject = %(s)s",
            s=f"lot:{lot.id}",
        )
        assert [(n.action, n.login_id) for n in noted] == [("stock.wasted", me.login_id)]

    async def test_expired_stock_can_go(self, staff, database, milk, today):
        old = stocked(database, milk, 5, expires_on=today - timedelta(days=3))
        assert level_of(database, milk).expired == 5
        assert (await staff.post(WASTE, json=by(old, "5", "expired"))).status_code == 201
        assert level_of(database, milk).expired == 0

    @pytest.mark.parametrize(("quantity", "code"), [("5", "allocated"), ("11", "not_on_hand")])
    async def test_what_is_promised_stays(self, staff, database, promised, quantity, code):
        answer = await staff.post(WASTE, json=by(promised, quantity))
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["free"] == "4.000"
        assert stock_of(database, promised).on_hand == 10

    async def test_sent_twice_done_once(self, staff, database, lot):
        key = {"Idempotency-Key": unique("key")}
        answers = [await staff.post(WASTE, json=by(lot, "2"), headers=key) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert stock_of(database, lot).on_hand == 8
