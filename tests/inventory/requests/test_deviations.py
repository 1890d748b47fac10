"""What comes otherwise than asked for: too much, too bad, without a date, or scanned."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.inventory.requests.schemas import Receipt
from tests.builders import gtin, invoice_request, level_of, product, value
from tests.support.clients import client_at, shop_with
from tests.support.locks import transaction, until_blocked

LIST = "/api/v1/invoice-requests"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def milk(database):
    return product(database, gtin=gtin(database), shelf_life_days=10)


@pytest.fixture
def asked(database, milk):
    return invoice_request(database, (milk, 10, "0.8"))


@pytest.fixture
def receive(staff, asked):
    async def send(*lines, client=staff):
        url = f"{LIST}/{asked.code}/receive"
        return await client.post(url, json={"lines": lines} if lines else {})

    return send


async def test_what_is_rejected_stays_open(staff, receive, database, me, asked, milk):
    line = {"product": milk.code, "expires_on": "9999-12-31"}
    bare = await receive({**line, "quantity": "0", "rejected": "4"})
    assert (bare.status_code, pointers(bare)) == (422, ["/lines/0/reason"])
    nothing = await receive({**line, "quantity": "0"})
    assert (nothing.status_code, pointers(nothing)) == (422, ["/lines/0/quantity"])
    all_bad = await receive({**line, "quantity": "0", "rejected": "4", "reason": "warm"})
    assert all_bad.status_code == 200, all_bad.text
    Receipt.model_validate_json(all_bad.content, strict=True)
    found = all_bad.json()["invoice_request"]
    assert (found["status"], all_bad.json()["lots"]) == ("sent", [])
    assert (found["lines"][0]["received"], found["lines"][0]["rejected"]) == ("0.000", "4.000")
    refused = await staff.patch(f"{LIST}/{asked.code}", json={"note": "late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_open")
    assert (await staff.delete(f"{LIST}/{asked.code}")).json()["code"] == "in_use"
    rest = await receive({**line, "quantity": "10", "rejected": "1", "reason": "leaks"})
    found = rest.json()["invoice_request"]
    assert (found["status"], found["lines"][0]["rejected"]) == ("received", "5.000")
    said = [(each["kind"], each["quantity"], each["reason"]) for each in found["deviations"]]
    assert said == [("rejected", "4.000", "warm"), ("rejected", "1.000", "leaks")]
    assert {(each["product"], each["by"]) for each in found["deviations"]} == {
        (milk.code, me.email)
    }
    assert level_of(database, milk).on_hand == 10


async def test_a_last_day_is_demanded_of_what_keeps_for_days(receive, database, milk):
    assert pointers(await receive()) == ["/lines"]
    answer = await receive({"product": milk.code, "quantity": "1"})
    assert (answer.status_code, pointers(answer)) == (422, ["/lines/0/expires_on"])
    assert "10 days" in answer.json()["errors"][0]["message"]
    assert level_of(database, milk).on_hand == 0


async def test_a_scanned_code_says_product_lot_and_last_day(receive, database, milk, today):
    day = today + timedelta(days=5)
    code = f"(01){milk.gtin:>014}(17){day:%y%m%d}(10)L24-7"
    other = product(database)
    wrong = [
        ({"code": "(01)12345"}, "code"),
        ({}, "product"),
        ({"code": code, "product": other.code}, "product"),
        ({"code": code, "lot_code": "L25"}, "lot_code"),
        ({"code": code, "expires_on": str(today)}, "expires_on"),
    ]
    answer = await receive(*({"quantity": "1", **line} for line, _ in wrong))
    assert answer.status_code == 422
    assert pointers(answer) == [f"/lines/{place}/{name}" for place, (_, name) in enumerate(wrong)]
    best_before = f"(01){milk.gtin:>014}(15){day:%y%m%d}"
    same = {"product": milk.code, "expires_on": str(day), "lot_code": "L24-7"}
    good = await receive(
        {"code": code, "quantity": "2"},
        {"code": code, "quantity": "3", **same},
        {"code": best_before, "quantity": "1"},
        {"code": f"]C101{milk.gtin:>014}10L24-7\x1d17{day:%y%m%d}\r\n", "quantity": "1"},
    )
    assert good.status_code == 200, good.text
    found = [(lot["on_hand"], lot["lot_code"], lot["expires_on"]) for lot in good.json()["lots"]]
    assert found == [
        ("2.000", "L24-7", str(day)),
        ("3.000", "L24-7", str(day)),
        ("1.000", None, str(day)),
        ("1.000", "L24-7", str(day)),
    ]


async def test_a_code_may_have_separators_as_scanners_send_them(receive, milk, today):
    day = today + timedelta(days=5)
    code = f"01{milk.gtin:>014}10L24-7\x1d17{day:%y%m%d}"
    good = await receive({"code": code, "quantity": "2"})
    assert good.status_code == 200, good.text
    (lot,) = good.json()["lots"]
    assert (lot["lot_code"], lot["expires_on"]) == ("L24-7", str(day))
    other = await receive({"code": code.replace("\x1d", "\x1e"), "quantity": "2"})
    assert (other.status_code, pointers(other)) == (422, ["/lines/0/code"])


async def test_a_share_above_is_taken_where_the_shop_allows_it(
    make_settings, me, receive, database, milk, today
):
    line = {"product": milk.code, "expires_on": str(today)}
    strict = await receive({**line, "quantity": "11", "reason": "full boxes"})
    assert (strict.status_code, strict.json()["code"]) == (409, "over_received")
    settings = make_settings(stock={"over_delivery": "0.2"})
    async with shop_with(settings) as shop, client_at(shop, headers=me.headers) as client:
        bare = await receive({**line, "quantity": "12"}, client=client)
        assert (bare.status_code, pointers(bare)) == (422, ["/lines/0/reason"])
        much = await receive({**line, "quantity": "13"}, client=client)
        assert (much.status_code, much.json()["code"]) == (409, "over_received")
        line["reason"] = "full boxes"
        taken = await receive({**line, "quantity": "12"}, client=client)
    found = taken.json()["invoice_request"]
    assert (found["status"], found["lines"][0]["received"]) == ("received", "12.000")
    (said,) = found["deviations"]
    assert (said["kind"], said["quantity"]) == ("over_delivered", "2.000")
    assert level_of(database, milk).on_hand == 12


@pytest.mark.parametrize("first", ["receive", "cancel"])
async def test_receiving_and_cancelling_meet(staff, receive, database, asked, milk, first):
    line = {"product": milk.code, "quantity": "4", "expires_on": "9999-12-31"}

    def ask(which) -> asyncio.Task[httpx.Response]:
        if which == "receive":
            return asyncio.create_task(receive(line))
        body = {"status": "cancelled"}
        return asyncio.create_task(staff.patch(f"{LIST}/{asked.code}", json=body))

    second = {"receive": "cancel", "cancel": "receive"}[first]
    async with transaction(database) as cursor:
        cursor.execute("SELECT FROM invoice_request WHERE id = %s FOR UPDATE", [asked.id])
        tasks = [ask(first)]
        await until_blocked(database, *tasks)
        tasks.append(ask(second))
        await until_blocked(database, *tasks)
    before, behind = await asyncio.gather(*tasks)
    status = value(database, "SELECT status FROM invoice_request WHERE id = %(id)s", id=asked.id)
    assert (before.status_code, status) == (200, "cancelled")
    if first == "receive":
        assert (behind.status_code, level_of(database, milk).on_hand) == (200, 4)
    else:
        assert (behind.json()["code"], level_of(database, milk).on_hand) == ("not_open", 0)
