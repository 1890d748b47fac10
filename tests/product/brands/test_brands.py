"""Brands; what they share with categories, discounts and products is tested here once."""

import asyncio
import json

import pytest

from app.product.brands.schemas import Brand
from tests.builders import (
    as_admin,
    as_clerk,
    as_customer,
    as_guest,
    brand,
    clerk,
    product,
    rows,
    unique,
)

BRANDS = "/api/v1/brands"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def audited(database, code):
    return rows(
        database,
        "SELECT login_id, action, detail FROM audit_log WHERE subject = %(subject)s ORDER BY id",
        subject=f"brand:{code}",
    )


class TestList:
    async def test_anybody_gets_them_by_name_without_case_and_accents(self, client, database):
        mark = unique("")
        names = [f"{mark} zebra", f"{mark} Ábaco", f"{mark} Apple", f"{mark} äther"]
        made = [brand(database, name=name) for name in names]
        seen, url = [], f"{BRANDS}?limit=100"
        while url:
            answer = await client.get(url)
            assert answer.status_code == 200
            seen += [Brand.model_validate_json(json.dumps(item)) for item in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url")
        ours = [found.name for found in seen if found.code in {row.code for row in made}]
        assert ours == [f"{mark} Ábaco", f"{mark} Apple", f"{mark} äther", f"{mark} zebra"]

    async def test_withdrawn_ones_only_when_asked_for(self, client, database):
        gone = brand(database, active=False, name="!!! first of all")
        answer = await client.get(BRANDS)
        assert gone.code not in [item["code"] for item in answer.json()["items"]]
        answer = await client.get(BRANDS, params={"active": "false"})
        assert gone.code in [item["code"] for item in answer.json()["items"]]

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=1_0", "limit=1&limit=2", "cursor=x", "color=red"]
    )
    async def test_wrong_queries_are_refused(self, client, query):
        assert (await client.get(f"{BRANDS}?{query}")).status_code == 422


class TestCreate:
    async def test_anonymous(self, client):
        answer = await client.post(BRANDS, json={"code": unique(), "name": "x"})
        assert answer.status_code == 401

    @pytest.mark.parametrize("headers", [as_customer, as_guest])
    async def test_forbidden(self, client, database, headers):
        body = {"code": unique(), "name": "x"}
        answer = await client.post(BRANDS, json=body, headers=headers(database))
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"code": "With Blank"}, "/code"),
            ({"code": "x" * 41}, "/code"),
            ({"code": None}, "/code"),
            ({"name": ""}, "/name"),
            ({"name": "   "}, "/name"),
            ({"name": "x" * 121}, "/name"),
            ({"name": "a\u0000b"}, "/name"),
            ({"name": 7}, "/name"),
            ({"active": True}, "/active"),
        ],
    )
    async def test_invalid(self, client, database, change, pointer):
        body = {"code": unique(), "name": "x", **change}
        answer = await client.post(BRANDS, json=body, headers=as_clerk(database))
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]

    async def test_a_taken_code(self, client, database):
        taken = brand(database)
        body = {"code": taken.code, "name": "x"}
        answer = await client.post(BRANDS, json=body, headers=as_clerk(database))
        assert answer.status_code == 409
        assert answer.json()["code"] == "already_exists"
        assert pointers(answer) == ["/code"]

    async def test_good(self, client, database):
        who = clerk(database)
        body = {"code": unique("brand"), "name": " Łaciate "}
        answer = await client.post(BRANDS, json=body, headers=who.headers)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{BRANDS}/{body['code']}"
        assert answer.headers["ETag"] == '"v1"'
        made = Brand.model_validate_json(answer.content)
        assert (made.code, made.name, made.active) == (body["code"], "Łaciate", True)
        assert (await client.get(answer.headers["Location"])).json() == answer.json()
        (entry,) = audited(database, body["code"])
        assert (entry.login_id, entry.action) == (who.login_id, "brand.created")


class TestRead:
    async def test_missing(self, client):
        for code in ("none", "%00", "%EF%BF%BD", "A B", "x" * 500):
            assert (await client.get(f"{BRANDS}/{code}")).status_code == 404

    async def test_good(self, client, database):
        made = brand(database, name='O\'Neill & "Sons" \\ 100 %', active=False)
        answer = await client.get(f"{BRANDS}/{made.code}")
        assert answer.status_code == 200
        found = Brand.model_validate_json(answer.content)
        assert (found.name, found.active, found.version) == (made.name, False, 1)
        assert found.created_at == made.created_at


class TestChange:
    async def test_anonymous_and_forbidden(self, client, database):
        url = f"{BRANDS}/{brand(database).code}"
        assert (await client.patch(url, json={})).status_code == 401
        headers = as_customer(database)
        assert (await client.patch(url, json={}, headers=headers)).status_code == 403

    async def test_missing(self, client, database):
        url = f"{BRANDS}/{unique()}"
        answer = await client.patch(url, json={"name": "x"}, headers=as_clerk(database))
        assert answer.status_code == 404

    @pytest.mark.parametrize("body", [{"code": "new"}, {"name": None}, {"active": "false"}, []])
    async def test_invalid(self, client, database, body):
        url = f"{BRANDS}/{brand(database).code}"
        answer = await client.patch(url, json=body, headers=as_clerk(database))
        assert answer.status_code == 422

    async def test_good(self, client, database):
        made, who = brand(database, name="old"), clerk(database)
        answer = await client.patch(
            f"{BRANDS}/{made.code}", json={"name": "new"}, headers=who.headers
        )
        assert answer.status_code == 200
        assert (answer.json()["name"], answer.headers["ETag"]) == ("new", '"v2"')
        (entry,) = audited(database, made.code)
        assert (entry.login_id, entry.action) == (who.login_id, "brand.updated")
        assert entry.detail == {"name": {"old": "old", "new": "new"}}

    async def test_what_is_so_already_is_no_change(self, client, database):
        made = brand(database)
        for body in ({}, {"name": made.name, "active": True}):
            answer = await client.patch(
                f"{BRANDS}/{made.code}", json=body, headers=as_clerk(database)
            )
            assert (answer.status_code, answer.headers["ETag"]) == (200, '"v1"')
        assert audited(database, made.code) == []

    async def test_withdraws(self, client, database):
        made = brand(database)
        url = f"{BRANDS}/{made.code}"
        answer = await client.patch(url, json={"active": False}, headers=as_admin(database))
        assert answer.json()["active"] is False
        assert (await client.get(url)).json()["active"] is False
        assert [entry.action for entry in audited(database, made.code)] == ["brand.withdrawn"]

    @pytest.mark.parametrize(
        ("tag", "status"),
        [('"v1"', 200), ('W/"v1"', 200), ("*", 200), ('"v0", "v1"', 200), ('"v2"', 412)],
    )
    async def test_if_match(self, client, database, tag, status):
        headers = {**as_clerk(database), "If-Match": tag}
        url = f"{BRANDS}/{brand(database).code}"
        answer = await client.patch(url, json={"name": "new"}, headers=headers)
        assert answer.status_code == status

    async def test_of_two_with_one_version_one_wins(self, client, database):
        made = brand(database)
        headers = {**as_clerk(database), "If-Match": '"v1"'}
        url = f"{BRANDS}/{made.code}"
        answers = await asyncio.gather(
            *(client.patch(url, json={"name": f"n{n}"}, headers=headers) for n in range(8))
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] + [412] * 7
        (winner,) = (answer for answer in answers if answer.status_code == 200)
        assert (await client.get(url)).json() == winner.json()
        assert len(audited(database, made.code)) == 1


class TestDelete:
    async def test_anonymous_and_forbidden(self, client, database):
        url = f"{BRANDS}/{brand(database).code}"
        assert (await client.delete(url)).status_code == 401
        assert (await client.delete(url, headers=as_customer(database))).status_code == 403

    async def test_missing(self, client, database):
        answer = await client.delete(f"{BRANDS}/{unique()}", headers=as_clerk(database))
        assert answer.status_code == 404

    async def test_in_use(self, client, database):
        made = brand(database)
        product(database, brand=made)
        answer = await client.delete(f"{BRANDS}/{made.code}", headers=as_clerk(database))
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert (await client.get(f"{BRANDS}/{made.code}")).status_code == 200
        assert audited(database, made.code) == []

    async def test_another_version(self, client, database):
        headers = {**as_clerk(database), "If-Match": '"v7"'}
        answer = await client.delete(f"{BRANDS}/{brand(database).code}", headers=headers)
        assert answer.status_code == 412

    async def test_good(self, client, database):
        made = brand(database)
        headers = {**as_clerk(database), "If-Match": '"v1"'}
        url = f"{BRANDS}/{made.code}"
        answer = await client.delete(url, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await client.get(url)).status_code == 404
        assert [entry.action for entry in audited(database, made.code)] == ["brand.deleted"]
