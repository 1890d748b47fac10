import re

import pytest

from app.core.web.paging import Page
from app.inventory.requests.schemas import InvoiceRequest
from tests.builders import invoice_request, product, rows, supplier, unique, value

LIST = "/api/v1/invoice-requests"
NO_ARTICLE = dict.fromkeys(("article_number", "pack", "packs", "why"))


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def line(product, quantity="10", unit_cost="0.8000"):
    return {"product": product.code, "quantity": quantity, "unit_cost": unit_cost}


@pytest.fixture
def milk(database):
    return product(database, name="Milk")


@pytest.fixture
def flour(database):
    return product(database, name="Flour", unit="kg")


@pytest.fixture
def dairy(database):
    return supplier(database)


@pytest.fixture
def request_of_milk(database, milk, dairy):
    return invoice_request(database, (milk, 10, "0.8"), supplier_id=dairy.id)


@pytest.fixture
def part_received(database, milk):
    made = invoice_request(database, (milk, 10, "0.8"), status="partly_received")
    rows(
        database,
        "UPDATE invoice_request_line SET received = 4 WHERE invoice_request_id = %(id)s",
        id=made.id,
    )
    return made


def path(made):
    return f"{LIST}/{made.code}"


class TestCreate:
    async def test_of_one_that_is_sent_twice_one_is_made(self, staff, database, dairy, milk):
        body = {"supplier": dairy.code, "lines": [line(milk)]}
        headers = {"Idempotency-Key": unique()}
        first, second = [await staff.post(LIST, json=body, headers=headers) for _ in range(2)]
        assert (first.status_code, second.content) == (201, first.content)
        count = "SELECT count(*) FROM invoice_request WHERE supplier_id = %(id)s"
        assert value(database, count, id=dairy.id) == 1

    async def test_strangers(self, refuses_strangers, dairy, milk):
        body = {"supplier": dairy.code, "lines": [line(milk)]}
        await refuses_strangers("POST", LIST, json=body)

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"supplier": "nobody-has-this"}, "/supplier"),
            ({"supplier": None}, "/supplier"),
            ({"lines": []}, "/lines"),
            ({"code": "no blanks"}, "/code"),
            ({"note": "x" * 2001}, "/note"),
            ({"status": "received"}, "/status"),
        ],
    )
    async def test_invalid(self, staff, dairy, milk, changed, pointer):
        body = {"supplier": dairy.code, "lines": [line(milk)], **changed}
        answer = await staff.post(LIST, json=body)
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]

    @pytest.mark.parametrize(
        ("changed", "pointer"),
        [
            ({"product": "nobody-has-this"}, "/lines/1/product"),
            ({"quantity": "0"}, "/lines/1/quantity"),
            ({"quantity": "-1"}, "/lines/1/quantity"),
            ({"quantity": 1}, "/lines/1/quantity"),
            ({"quantity": "1.5"}, "/lines/1/quantity"),
            ({"quantity": "1.0001"}, "/lines/1/quantity"),
            ({"unit_cost": "0.12345"}, "/lines/1/unit_cost"),
        ],
    )
    async def test_invalid_line(self, staff, dairy, milk, flour, changed, pointer):
        lines = [line(flour, "0.125"), {**line(milk), **changed}]
        answer = await staff.post(LIST, json={"supplier": dairy.code, "lines": lines})
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]

    async def test_a_product_twice(self, staff, dairy, milk, flour):
        lines = [line(milk), line(flour), line(milk)]
        answer = await staff.post(LIST, json={"supplier": dairy.code, "lines": lines})
        assert answer.status_code == 422
        assert pointers(answer) == ["/lines/2/product"]

    async def test_withdrawn(self, staff, database, dairy, milk):
        gone = product(database, active=False)
        lines = [line(milk), line(gone)]
        answer = await staff.post(LIST, json={"supplier": dairy.code, "lines": lines})
        assert (answer.status_code, answer.json()["code"]) == (409, "withdrawn")
        assert pointers(answer) == ["/lines/1/product"]
        closed = supplier(database, active=False)
        answer = await staff.post(LIST, json={"supplier": closed.code, "lines": [line(milk)]})
        assert (answer.status_code, answer.json()["code"]) == (409, "withdrawn")
        assert pointers(answer) == ["/supplier"]

    async def test_code_is_taken(self, staff, dairy, milk, request_of_milk):
        body = {"code": request_of_milk.code, "supplier": dairy.code, "lines": [line(milk)]}
        answer = await staff.post(LIST, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
        assert pointers(answer) == ["/code"]

    async def test_good(self, staff, database, me, dairy, milk, flour):
        code = unique("Order")
        body = {
            "code": code,
            "supplier": dairy.code,
            "note": "by the\nback door",
            "lines": [line(milk, "12", "0.9"), line(flour, "2.5", "0.4567")],
        }
        answer = await staff.post(LIST, json=body)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{LIST}/{code}"
        assert answer.headers["ETag"] == '"v1"'
        InvoiceRequest.model_validate_json(answer.content, strict=True)
        made = answer.json()
        assert made["supplier"] == {"code": dairy.code, "name": dairy.name}
        assert (made["status"], made["note"]) == ("sent", "by the\nback door")
        assert (made["total"], made["expected_on"]) == ("11.94", None)
        plain = {"received": "0.000", "rejected": "0.000", **NO_ARTICLE}
        assert made["lines"] == [
            {
                "product": {"code": milk.code, "name": "Milk", "unit": "piece"},
                "quantity": "12.000",
                "unit_cost": "0.9000",
                **plain,
            },
            {
                "product": {"code": flour.code, "name": "Flour", "unit": "kg"},
                "quantity": "2.500",
                "unit_cost": "0.4567",
                **plain,
            },
        ]
        assert (await staff.get(f"{LIST}/{code}")).json() == made
        noted = value(
            database,
            "SELECT action FROM audit_log WHERE subject = %(s)s AND login_id = %(me)s",
            s=f"invoice_request:{code}",
            me=me.login_id,
        )
        assert noted == "invoice_request.created"

    async def test_codes_are_made(self, staff, database, dairy, milk):
        body = {"supplier": dairy.code, "lines": [line(milk)]}
        first = (await staff.post(LIST, json=body)).json()["code"]
        assert re.fullmatch(r"IR-[0-9]{6,}", first)
        taken = f"IR-{int(first[3:]) + 1:06}"
        invoice_request(database, (milk, 1, "1"), code=taken)
        second = (await staff.post(LIST, json=body)).json()["code"]
        assert int(second[3:]) > int(taken[3:])


class TestList:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", LIST)

    @pytest.mark.parametrize("query", ["status=lost", "supplier=A%20B", "limit=1_0", "page=2"])
    async def test_invalid(self, staff, query):
        answer = await staff.get(f"{LIST}?{query}")
        assert answer.status_code == 422
        assert pointers(answer) == [f"/query/{query.partition('=')[0]}"]

    async def test_filters_and_pages_newest_first(self, staff, database, dairy, milk):
        made = [
            invoice_request(database, (milk, 1, "1"), supplier_id=dairy.id, status=status).code
            for status in ("open", "cancelled", "open", "open")
        ]
        first = await staff.get(f"{LIST}?supplier={dairy.code}&status=sent&limit=2")
        Page[InvoiceRequest].model_validate_json(first.content, strict=True)
        assert [item["code"] for item in first.json()["items"]] == [made[3], made[2]]
        second = await staff.get(first.links["next"]["url"])
        assert [item["code"] for item in second.json()["items"]] == [made[0]]
        assert second.json()["next"] is None
        whole = await staff.get(f"{LIST}?supplier={dairy.code}")
        assert [item["code"] for item in whole.json()["items"]] == made[::-1]


class TestRead:
    async def test_strangers(self, refuses_strangers, request_of_milk):
        await refuses_strangers("GET", path(request_of_milk))

    async def test_missing(self, staff):
        assert (await staff.get(f"{LIST}/nobody-has-this")).status_code == 404

    async def test_good(self, staff, request_of_milk):
        answer = await staff.get(path(request_of_milk))
        assert answer.status_code == 200
        InvoiceRequest.model_validate_json(answer.content, strict=True)
        assert answer.headers["ETag"] == '"v1"'


class TestChange:
    async def test_strangers(self, refuses_strangers, request_of_milk):
        await refuses_strangers("PATCH", path(request_of_milk), json={"note": "Mine"})

    async def test_missing(self, staff):
        answer = await staff.patch(f"{LIST}/nobody-has-this", json={"note": "x"})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"status": "received"}, "/status"),
            ({"note": None}, "/note"),
            ({"lines": []}, "/lines"),
            ({"supplier": "other"}, "/supplier"),
        ],
    )
    async def test_invalid(self, staff, request_of_milk, body, pointer):
        answer = await staff.patch(path(request_of_milk), json=body)
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]

    async def test_lines_are_replaced(self, staff, request_of_milk, milk, flour):
        lines = [line(flour, "1.5"), line(milk, "3")]
        answer = await staff.patch(path(request_of_milk), json={"lines": lines})
        assert answer.status_code == 200
        InvoiceRequest.model_validate_json(answer.content, strict=True)
        found = [(x["product"]["code"], x["quantity"]) for x in answer.json()["lines"]]
        assert found == [(flour.code, "1.500"), (milk.code, "3.000")]
        assert answer.json()["version"] == 2
        twice = await staff.patch(path(request_of_milk), json={"lines": [line(milk), line(milk)]})
        assert pointers(twice) == ["/lines/1/product"]

    async def test_note(self, staff, request_of_milk):
        for note in ("ring the bell", ""):
            answer = await staff.patch(path(request_of_milk), json={"note": note})
            assert answer.json()["note"] == note
        assert len(answer.json()["lines"]) == 1

    async def test_nothing_to_change(self, staff, request_of_milk):
        answer = await staff.patch(path(request_of_milk), json={})
        assert (answer.status_code, answer.json()["version"]) == (200, 1)

    async def test_only_the_version_that_was_read(self, staff, request_of_milk):
        old = {"If-Match": '"v1"'}
        first = await staff.patch(path(request_of_milk), json={"note": "A"}, headers=old)
        second = await staff.patch(path(request_of_milk), json={"note": "B"}, headers=old)
        assert (first.status_code, second.status_code) == (200, 412)

    @pytest.mark.parametrize("body", [{"note": "late"}, {"lines": "some"}])
    async def test_not_once_something_has_come(self, staff, part_received, milk, body):
        sent = {"lines": [line(milk)]} if "lines" in body else body
        answer = await staff.patch(path(part_received), json=sent)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_open")

    async def test_cancel(self, staff, database, request_of_milk):
        answer = await staff.patch(path(request_of_milk), json={"status": "cancelled"})
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        again = await staff.patch(path(request_of_milk), json={"status": "cancelled"})
        assert again.json() == answer.json()
        actions = rows(
            database,
            "SELECT action FROM audit_log WHERE subject = %(s)s",
            s=f"invoice_request:{request_of_milk.code}",
        )
        assert [row.action for row in actions] == ["invoice_request.cancelled"]

    async def test_cancel_what_is_still_open(self, staff, part_received):
        answer = await staff.patch(path(part_received), json={"status": "cancelled"})
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        assert answer.json()["lines"][0]["received"] == "4.000"

    async def test_nothing_is_open_to_cancel(self, staff, database, milk):
        made = invoice_request(database, (milk, 1, "1"), status="received")
        answer = await staff.patch(path(made), json={"status": "cancelled"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_open")


class TestDelete:
    async def test_strangers(self, refuses_strangers, request_of_milk):
        await refuses_strangers("DELETE", path(request_of_milk))

    async def test_missing(self, staff):
        assert (await staff.delete(f"{LIST}/nobody-has-this")).status_code == 404

    async def test_something_was_received(self, staff, request_of_milk):
        received = await staff.post(f"{path(request_of_milk)}/receive", json={})
        assert received.status_code == 200
        answer = await staff.delete(path(request_of_milk))
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")

    async def test_good(self, staff, request_of_milk):
        wrong = await staff.delete(path(request_of_milk), headers={"If-Match": '"v7"'})
        assert wrong.status_code == 412
        assert (await staff.delete(path(request_of_milk))).status_code == 204
        assert (await staff.get(path(request_of_milk))).status_code == 404
