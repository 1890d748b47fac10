"""From a draft to what is on order, and what it says to the supplier."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extras import Json

from app.inventory.requests.dates import expected_on
from app.inventory.requests.schemas import InvoiceRequest
from app.inventory.suppliers.schemas import WEEKDAYS
from tests.builders import article, invoice_request, product, rows, supplier

LIST = "/api/v1/invoice-requests"


@given(
    st.dates(date(2020, 1, 1), date(2100, 1, 1)),
    st.integers(0, 90),
    st.lists(st.sampled_from(WEEKDAYS), unique=True),
)
def test_comes_on_the_first_delivery_day_behind_the_lead_time(sent, lead, days):
    found = expected_on(sent, lead, days)
    wait = (found - sent).days - lead
    assert 0 <= wait < 7
    assert not days or WEEKDAYS[found.weekday()] in days
    between = [WEEKDAYS[(found - timedelta(days=back)).weekday()] for back in range(1, wait + 1)]
    assert set(between).isdisjoint(days)
    assert days or not between
    assert expected_on(sent, None, days) is None


@pytest.fixture
def milk(database):
    return product(database, name="=Milk")


@pytest.fixture
def dairy(database, today):
    """A supplier that takes two days and delivers on one weekday, in six days at the latest."""
    day = WEEKDAYS[(today + timedelta(days=5)).weekday()]
    return supplier(
        database, lead_days=2, delivery_days=Json([day]), least_order="50.00", address="Hill\n1"
    )


@pytest.fixture
def draft(staff, database, dairy, milk):
    """Draft a request of 12 pieces of milk, of which the supplier sells packs of 6."""
    article(database, dairy, milk, article_number="4711", pack=6, unit_cost="0.8")

    async def make(**more):
        lines = [{"product": milk.code, "quantity": "12"}]
        body = {"supplier": dairy.code, "status": "draft", "lines": lines, **more}
        answer = await staff.post(LIST, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


async def on_order(staff, product):
    (level,) = (await staff.get(f"/api/v1/stock/levels?product={product.code}")).json()["items"]
    return level["on_order"], level["reorder"]


async def test_a_draft_is_sent_once_and_is_on_order_then(staff, draft, milk, today):
    made = await draft()
    assert (made["status"], made["sent_at"], made["expected_on"]) == ("draft", None, None)
    assert (made["total"], made["below_least_order"]) == ("9.60", True)
    (line,) = made["lines"]
    expected = {"article_number": "4711", "pack": "6.000", "packs": "2.000", "unit_cost": "0.8000"}
    assert line.items() >= expected.items()
    url = f"{LIST}/{made['code']}"
    early = await staff.post(f"{url}/receive", json={})
    assert (early.status_code, early.json()["code"]) == (409, "not_sent")
    assert await on_order(staff, milk) == ("0.000", True)
    sent = await staff.post(f"{url}/send")
    assert (sent.status_code, sent.json()["status"]) == (200, "sent")
    InvoiceRequest.model_validate_json(sent.content, strict=True)
    assert sent.json()["expected_on"] == str(today + timedelta(days=5))
    assert sent.json()["sent_at"] is not None
    assert await on_order(staff, milk) == ("12.000", False)
    again = await staff.post(f"{url}/send")
    assert (again.status_code, again.json()["code"]) == (409, "not_draft")
    lines = [{"product": milk.code, "quantity": "5"}]
    await staff.post(f"{url}/receive", json={"lines": lines})
    assert (await on_order(staff, milk))[0] == "7.000"
    assert (await staff.patch(url, json={"status": "cancelled"})).status_code == 200
    assert (await on_order(staff, milk))[0] == "0.000"


async def test_any_day_is_a_delivery_day_unless_some_are_named(staff, database, milk, today):
    quick = supplier(database, lead_days=2)
    lines = [{"product": milk.code, "quantity": "1", "unit_cost": "1"}]
    made = await staff.post(LIST, json={"supplier": quick.code, "lines": lines})
    assert made.json()["expected_on"] == str(today + timedelta(days=2))


async def test_whoever_says_when_it_comes_is_believed(staff, draft, today):
    said = str(today + timedelta(days=40))
    made = await draft(expected_on=said)
    url = f"{LIST}/{made['code']}"
    assert (await staff.post(f"{url}/send")).json()["expected_on"] == said
    changed = await staff.patch(url, json={"expected_on": None})
    assert (changed.status_code, changed.json()["expected_on"]) == (200, None)
    await staff.patch(url, json={"status": "cancelled"})
    late = await staff.patch(url, json={"expected_on": said})
    assert (late.status_code, late.json()["code"]) == (409, "not_open")


async def test_what_is_withdrawn_is_not_sent(staff, database, draft, dairy, milk):
    made = await draft()
    rows(database, "UPDATE product SET active = false WHERE id = %(id)s", id=milk.id)
    rows(database, "UPDATE supplier SET active = false WHERE id = %(id)s", id=dairy.id)
    answer = await staff.post(f"{LIST}/{made['code']}/send")
    assert (answer.status_code, answer.json()["code"]) == (409, "withdrawn")
    assert len(answer.json()["errors"]) == 2


async def test_a_cost_that_nobody_knows(staff, database, dairy, milk):
    tea = product(database)
    article(database, dairy, tea)
    lines = [{"product": each.code, "quantity": "1"} for each in (tea, milk)]
    answer = await staff.post(LIST, json={"supplier": dairy.code, "lines": lines})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/lines/1/unit_cost"]


async def test_lists_what_is_overdue_the_longest_first(staff, database, dairy, milk, today):
    def made(days, status="open"):
        day = today + timedelta(days=days)
        line = (milk, 1, "1")
        more = {"supplier_id": dairy.id, "status": status, "expected_on": day}
        return invoice_request(database, line, **more).code

    late, later = made(-1, "partly_received"), made(-3)
    for days, status in ((0, "open"), (-9, "draft"), (-9, "received"), (-9, "cancelled")):
        made(days, status)
    url = f"{LIST}?overdue=true&supplier={dairy.code}"
    first = await staff.get(f"{url}&limit=1")
    second = await staff.get(first.links["next"]["url"])
    found = [one["code"] for one in first.json()["items"] + second.json()["items"]]
    assert (found, second.json()["next"]) == ([later, late], None)
    part = (await staff.get(f"{url}&status=sent")).json()["items"]
    assert [one["code"] for one in part] == [later]


async def test_is_printed_and_tabulated_the_same_each_time(staff, draft, dairy, milk):
    made = await draft(note="By the back door.")
    url = f"{LIST}/{made['code']}"
    paper, again = [await staff.get(f"{url}/pdf") for _ in range(2)]
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert paper.content == again.content
    table = await staff.get(f"{url}/csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(io.StringIO(table.text))
    assert line == {
        "invoice_request": made["code"],
        "supplier": dairy.code,
        "expected_on": "",
        "article_number": "4711",
        "product": milk.code,
        "name": "'=Milk",
        "unit": "piece",
        "quantity": "12.000",
        "pack": "6.000",
        "packs": "2.000",
        "unit_cost": "0.8000",
    }
    for name in ("pdf", "csv"):
        assert (await staff.get(f"{LIST}/nobody-has-this/{name}")).status_code == 404
