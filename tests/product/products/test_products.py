"""Products, one at a time. What they share with brands is tested there."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from app.product.products.schemas import ProductDetails
from tests.builders import (
    article,
    as_admin,
    as_clerk,
    as_customer,
    as_guest,
    brand,
    category,
    clerk,
    discount,
    gtin,
    invoice_request,
    product,
    rows,
    stocked,
    supplier,
    unique,
)

PRODUCTS = "/api/v1/products"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def body_of(database, **more):
    return {
        "code": unique("Milk.1L"),
        "name": "Whole milk",
        "category": category(database).code,
        "unit": "piece",
        "list_price": "1.29",
        "vat_rate": "0.0700",
        **more,
    }


def audited(database, code):
    return rows(
        database,
        "SELECT login_id, action, detail FROM audit_log WHERE subject = %(subject)s ORDER BY id",
        subject=f"product:{code}",
    )


WRONG = [
    ({"code": "-x"}, "/code"),
    ({"code": "a b"}, "/code"),
    ({"gtin": "2012345678901"}, "/gtin"),
    ({"gtin": "12345"}, "/gtin"),
    ({"gtin": "00000000"}, "/gtin"),
    ({"gtin": "00000000000000"}, "/gtin"),
    ({"name": ""}, "/name"),
    ({"name": "two\nlines"}, "/name"),
    ({"description": "x" * 2001}, "/description"),
    ({"description": None}, "/description"),
    ({"category": None}, "/category"),
    ({"category": "no-such-category"}, "/category"),
    ({"brand": "no-such-brand"}, "/brand"),
    ({"discount": "no-such-discount"}, "/discount"),
    ({"unit": "pound"}, "/unit"),
    ({"list_price": "0.00"}, "/list_price"),
    ({"list_price": "-1.00"}, "/list_price"),
    ({"list_price": "1.001"}, "/list_price"),
    ({"list_price": "99999999999.00"}, "/list_price"),
    ({"list_price": "1e3"}, "/list_price"),
    ({"list_price": "NaN"}, "/list_price"),
    ({"list_price": "١.٢٩"}, "/list_price"),
    ({"list_price": 1.29}, "/list_price"),
    ({"list_price": 1}, "/list_price"),
    ({"vat_rate": "1.0000"}, "/vat_rate"),
    ({"vat_rate": 0.07}, "/vat_rate"),
    ({"reorder_level": "-1"}, "/reorder_level"),
    ({"reorder_level": "1.5"}, "/reorder_level"),
    ({"price": "1.00"}, "/price"),
    ({"available": "7"}, "/available"),
]


class TestCreate:
    async def test_anonymous(self, client, database):
        assert (await client.post(PRODUCTS, json=body_of(database))).status_code == 401

    @pytest.mark.parametrize("headers", [as_customer, as_guest])
    async def test_forbidden(self, client, database, headers):
        answer = await client.post(PRODUCTS, json=body_of(database), headers=headers(database))
        assert answer.status_code == 403

    @pytest.mark.parametrize(("change", "pointer"), WRONG)
    async def test_invalid(self, client, database, change, pointer):
        body = body_of(database, **change)
        answer = await client.post(PRODUCTS, json=body, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_a_taken_code_or_gtin(self, client, database):
        taken, headers = product(database, gtin=gtin(database)), as_clerk(database)
        for member in ("code", "gtin"):
            body = body_of(database, **{member: getattr(taken, member)})
            answer = await client.post(PRODUCTS, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
            assert pointers(answer) == [f"/{member}"]

    async def test_good(self, client, database):
        who, maker, less = clerk(database), brand(database), discount(database, "0.1000")
        body = body_of(
            database,
            gtin=gtin(database),
            description='Fresh,\n"3.5 %" \\ fat',
            brand=maker.code,
            discount=less.code,
            reorder_level="12",
        )
        answer = await client.post(PRODUCTS, json=body, headers=who.headers)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{PRODUCTS}/{body['code']}"
        made = ProductDetails.model_validate_json(answer.content)
        assert (made.price, made.list_price) == (Decimal("1.16"), Decimal("1.29"))
        assert answer.json()["reorder_level"] == "12.000"
        assert answer.json()["description"] == body["description"]
        assert (made.brand.name, made.discount.code) == (maker.name, less.code)
        assert (answer.json()["available"], made.in_stock) == ("0.000", False)
        assert (await client.get(answer.headers["Location"])).json() == answer.json()
        (entry,) = audited(database, body["code"])
        assert (entry.login_id, entry.action) == (who.login_id, "product.created")
        assert entry.detail["list_price"] == "1.29"

    async def test_the_least_that_is_needed(self, client, database):
        body = body_of(database)
        answer = await client.post(PRODUCTS, json=body, headers=as_admin(database))
        made = ProductDetails.model_validate_json(answer.content)
        assert (made.gtin, made.brand, made.discount, made.description) == (None, None, None, "")

    async def test_of_many_with_one_code_one_is_made(self, client, database):
        body, headers = body_of(database), as_clerk(database)
        answers = await asyncio.gather(
            *(client.post(PRODUCTS, json=body, headers=headers) for _ in range(6))
        )
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


class TestRead:
    async def test_missing(self, client):
        for code in ("none", "%00", "x" * 500, "'; --"):
            assert (await client.get(f"{PRODUCTS}/{code}")).status_code == 404

    async def test_stock_that_can_be_sold(self, client, database):
        made = product(database)
        stocked(database, made, 7, expires_on=date(2020, 1, 1))
        found = ProductDetails.model_validate_json(
            (await client.get(f"{PRODUCTS}/{made.code}")).content
        )
        assert (found.available, found.in_stock) == (0, False)
        stocked(database, made, 5)
        found = ProductDetails.model_validate_json(
            (await client.get(f"{PRODUCTS}/{made.code}")).content
        )
        assert (found.available, found.in_stock, found.version) == (5, True, 1)

    async def test_codes_keep_their_case(self, client, database):
        made = product(database, code=unique("Milk"))
        assert (await client.get(f"{PRODUCTS}/{made.code}")).status_code == 200
        assert (await client.get(f"{PRODUCTS}/{made.code.lower()}")).status_code == 404


class TestChange:
    async def test_anonymous_forbidden_and_missing(self, client, database):
        url, body = f"{PRODUCTS}/{product(database).code}", {"name": "x"}
        assert (await client.patch(url, json=body)).status_code == 401
        headers = as_customer(database)
        assert (await client.patch(url, json=body, headers=headers)).status_code == 403
        headers = as_clerk(database)
        answer = await client.patch(f"{PRODUCTS}/{unique()}", json=body, headers=headers)
        assert answer.status_code == 404

    @pytest.mark.parametrize(("change", "pointer"), WRONG)
    async def test_invalid(self, client, database, change, pointer):
        url = f"{PRODUCTS}/{product(database).code}"
        answer = await client.patch(url, json=change, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, [pointer])
        assert (await client.get(url)).json()["version"] == 1

    async def test_good(self, client, database):
        made, who, kind = product(database, "2.00"), clerk(database), category(database)
        body = {
            "list_price": "2.50",
            "category": kind.code,
            "vat_rate": "0.19",
            "gtin": gtin(database),
        }
        answer = await client.patch(f"{PRODUCTS}/{made.code}", json=body, headers=who.headers)
        changed = ProductDetails.model_validate_json(answer.content)
        assert (changed.price, changed.category.code) == (Decimal("2.50"), kind.code)
        assert (changed.version, answer.headers["ETag"]) == (2, '"v2"')
        (entry,) = audited(database, made.code)
        assert (entry.login_id, entry.action) == (who.login_id, "product.updated")
        assert entry.detail["list_price"] == {"old": "2.00", "new": "2.50"}
        assert entry.detail["category"]["new"] == kind.code
        assert entry.detail["gtin"] == {"old": None, "new": body["gtin"]}

    async def test_null_clears(self, client, database):
        made = product(
            database, brand=brand(database), discount=discount(database), gtin=gtin(database)
        )
        body = {"brand": None, "discount": None, "gtin": None}
        answer = await client.patch(
            f"{PRODUCTS}/{made.code}", json=body, headers=as_clerk(database)
        )
        assert body.items() <= answer.json().items()

    async def test_a_taken_gtin(self, client, database):
        taken, made = product(database, gtin=gtin(database)), product(database)
        answer = await client.patch(
            f"{PRODUCTS}/{made.code}", json={"gtin": taken.gtin}, headers=as_clerk(database)
        )
        assert (answer.status_code, pointers(answer)) == (409, ["/gtin"])

    async def test_pieces_are_whole(self, client, database):
        made, headers = product(database, unit="kg", reorder_level="1.5"), as_clerk(database)
        url = f"{PRODUCTS}/{made.code}"
        answer = await client.patch(url, json={"unit": "piece"}, headers=headers)
        assert (answer.status_code, pointers(answer)) == (422, ["/reorder_level"])
        body = {"unit": "piece", "reorder_level": "2"}
        assert (await client.patch(url, json=body, headers=headers)).status_code == 200

    async def test_the_unit_stays_once_there_is_stock(self, client, database):
        made = product(database)
        stocked(database, made, 1)
        answer = await client.patch(
            f"{PRODUCTS}/{made.code}", json={"unit": "kg"}, headers=as_clerk(database)
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert pointers(answer) == ["/unit"]

    @pytest.mark.parametrize("where", ["article", "request", "count"])
    async def test_the_unit_stays_while_something_is_said_in_it(self, client, database, where):
        made, headers = product(database, unit="kg"), as_clerk(database)
        if where == "article":
            article(database, supplier(database), made, pack="0.500")
        elif where == "request":
            invoice_request(database, (made, "1.5", "0.8"))
        else:
            url, body = "/api/v1/stock/counts", {"products": [made.code]}
            assert (await client.post(url, json=body, headers=headers)).status_code == 201
        url = f"{PRODUCTS}/{made.code}"
        answer = await client.patch(url, json={"unit": "piece"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert pointers(answer) == ["/unit"]

    async def test_of_two_with_one_version_one_wins(self, client, database):
        made = product(database)
        headers = {**as_clerk(database), "If-Match": '"v1"'}
        answers = await asyncio.gather(
            *(
                client.patch(f"{PRODUCTS}/{made.code}", json={"list_price": p}, headers=headers)
                for p in ("3.00", "4.00")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        (loser,) = (answer for answer in answers if answer.status_code == 412)
        assert loser.headers["ETag"] == '"v2"'


class TestDelete:
    async def test_anonymous_forbidden_and_missing(self, client, database):
        url = f"{PRODUCTS}/{product(database).code}"
        assert (await client.delete(url)).status_code == 401
        assert (await client.delete(url, headers=as_customer(database))).status_code == 403
        answer = await client.delete(f"{PRODUCTS}/{unique()}", headers=as_clerk(database))
        assert answer.status_code == 404

    async def test_in_use(self, client, database):
        made, headers = product(database), as_clerk(database)
        stocked(database, made, 1)
        url = f"{PRODUCTS}/{made.code}"
        answer = await client.delete(url, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert (await client.get(url)).status_code == 200

    async def test_good(self, client, database):
        made, headers = product(database), as_clerk(database)
        url = f"{PRODUCTS}/{made.code}"
        assert (await client.delete(url, headers=headers)).status_code == 204
        assert (await client.get(url)).status_code == 404
        assert [entry.action for entry in audited(database, made.code)] == ["product.deleted"]
