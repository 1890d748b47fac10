"""Categories: the tree. What they share with brands is tested there."""

import json

import pytest

from app.product.categories.schemas import Category
from tests.builders import as_clerk, as_customer, category, product, unique

CATEGORIES = "/api/v1/categories"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


class TestList:
    async def test_anybody_gets_them_with_their_parents(self, client, database):
        top = category(database, name="!! top of the list")
        below = category(database, parent=top, name="!! top of the list too")
        answer = await client.get(CATEGORIES, params={"limit": 100})
        found = [Category.model_validate_json(json.dumps(i)) for i in answer.json()["items"]]
        ours = {c.code: c.parent for c in found if c.code in {top.code, below.code}}
        assert ours == {top.code: None, below.code: top.code}


class TestCreate:
    async def test_anonymous_and_forbidden(self, client, database):
        body = {"code": unique(), "name": "x"}
        assert (await client.post(CATEGORIES, json=body)).status_code == 401
        answer = await client.post(CATEGORIES, json=body, headers=as_customer(database))
        assert answer.status_code == 403

    async def test_a_taken_code(self, client, database):
        body = {"code": category(database).code, "name": "x"}
        answer = await client.post(CATEGORIES, json=body, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (409, ["/code"])

    async def test_an_unknown_parent(self, client, database):
        body = {"code": unique(), "name": "x", "parent": unique("no")}
        answer = await client.post(CATEGORIES, json=body, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, ["/parent"])

    async def test_good(self, client, database):
        body = {"code": unique(), "name": "x", "parent": category(database).code}
        answer = await client.post(CATEGORIES, json=body, headers=as_clerk(database))
        assert answer.status_code == 201
        assert Category.model_validate_json(answer.content).parent == body["parent"]
        assert (await client.get(answer.headers["Location"])).json() == answer.json()


class TestChange:
    async def test_anonymous_missing_and_forbidden(self, client, database):
        url = f"{CATEGORIES}/{category(database).code}"
        assert (await client.patch(url, json={})).status_code == 401
        headers = as_customer(database)
        assert (await client.patch(url, json={}, headers=headers)).status_code == 403
        headers = as_clerk(database)
        answer = await client.patch(f"{CATEGORIES}/{unique()}", json={}, headers=headers)
        assert answer.status_code == 404

    async def test_moves_and_makes_a_root(self, client, database):
        top, moved = category(database), category(database)
        url, headers = f"{CATEGORIES}/{moved.code}", as_clerk(database)
        answer = await client.patch(url, json={"parent": top.code}, headers=headers)
        assert (answer.status_code, answer.json()["parent"]) == (200, top.code)
        answer = await client.patch(url, json={"parent": None}, headers=headers)
        assert (answer.status_code, answer.json()["parent"]) == (200, None)

    @pytest.mark.parametrize("depth", [0, 1, 2])
    async def test_never_below_itself(self, client, database, depth):
        top = lowest = category(database)
        for _ in range(depth):
            lowest = category(database, parent=lowest)
        url = f"{CATEGORIES}/{top.code}"
        answer = await client.patch(url, json={"parent": lowest.code}, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, ["/parent"])
        assert (await client.get(url)).json()["parent"] is None

    async def test_renaming_reaches_the_search(self, client, database):
        kind = category(database)
        sold = product(database, category=kind)
        word = unique("word").replace("-", "")
        await client.patch(
            f"{CATEGORIES}/{kind.code}", json={"name": word}, headers=as_clerk(database)
        )
        answer = await client.get("/api/v1/products", params={"q": word})
        assert [item["code"] for item in answer.json()["items"]] == [sold.code]


class TestDelete:
    async def test_anonymous_and_forbidden(self, client, database):
        url = f"{CATEGORIES}/{category(database).code}"
        assert (await client.delete(url)).status_code == 401
        assert (await client.delete(url, headers=as_customer(database))).status_code == 403

    async def test_in_use(self, client, database):
        top, headers = category(database), as_clerk(database)
        below = category(database, parent=top)
        product(database, category=below)
        for row in (top, below):
            answer = await client.delete(f"{CATEGORIES}/{row.code}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "in_use")

    async def test_missing_and_good(self, client, database):
        url, headers = f"{CATEGORIES}/{category(database).code}", as_clerk(database)
        assert (await client.delete(url, headers=headers)).status_code == 204
        assert (await client.delete(url, headers=headers)).status_code == 404
