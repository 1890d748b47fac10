"""The rules of /markdowns, and what they come to for a category."""

import asyncio

from app.product.markdowns.schemas import Markdown
from tests.builders import as_clerk, category, markdown, rows, unique
from tests.orders.sales import conflict, invalid

MARKDOWNS = "/api/v1/markdowns"


def steps(database, of):
    found = rows(
        database,
        "SELECT days_left, rate FROM markdown_step WHERE category_id = %(id)s ORDER BY days_left",
        id=of.id,
    )
    return [(row.days_left, f"{row.rate:f}") for row in found]


class TestRules:
    async def test_are_made_changed_and_deleted(self, client, database):
        dairy, clerk = category(database), as_clerk(database)
        new = {"code": unique("two"), "name": "Two days", "category": dairy.code}
        answer = await client.post(
            MARKDOWNS, json={**new, "days_left": 2, "rate": "0.3"}, headers=clerk
        )
        assert answer.status_code == 201, answer.text
        made = Markdown.model_validate_json(answer.content, strict=True)
        assert (made.category, made.days_left, f"{made.rate:f}") == (dairy.code, 2, "0.3000")
        assert steps(database, dairy) == [(2, "0.3000")]
        url = f"{MARKDOWNS}/{new['code']}"
        await client.patch(url, json={"days_left": 3, "rate": "0.25"}, headers=clerk)
        assert steps(database, dairy) == [(3, "0.2500")]
        await client.patch(url, json={"active": False}, headers=clerk)
        assert steps(database, dairy) == []
        assert (await client.delete(url, headers=clerk)).status_code == 204

    async def test_one_of_a_category_and_so_many_days(self, client, database):
        there = markdown(database, days_left=2)
        dairy = rows(database, "SELECT code FROM category WHERE id = %(id)s", id=there.category_id)
        body = {"code": unique("two"), "name": "Again", "category": dairy[0].code}
        answer = await client.post(
            MARKDOWNS, json={**body, "days_left": 2, "rate": "0.3"}, headers=as_clerk(database)
        )
        problem = conflict(answer, "already_exists")
        assert problem["errors"][0]["pointer"] == "/days_left"

    async def test_what_is_wrong(self, client, database):
        body = {"code": unique("two"), "name": "Two", "category": category(database).code}
        for wrong, pointer in (
            ({"rate": "0"}, "/rate"),
            ({"rate": "1"}, "/rate"),
            ({"days_left": -1}, "/days_left"),
            ({"days_left": 366}, "/days_left"),
            ({"category": "no-such-thing"}, "/category"),
        ):
            sent = {**body, "days_left": 2, "rate": "0.3", **wrong}
            answer = await client.post(MARKDOWNS, json=sent, headers=as_clerk(database))
            invalid(answer, pointer)


class TestSteps:
    async def test_the_nearest_category_goes_before_those_above(self, database):
        food = category(database)
        dairy = category(database, parent=food)
        milk = category(database, parent=dairy)
        for days, rate in ((1, "0.5"), (3, "0.2"), (9, "0.1")):
            markdown(database, rate, days, category=food)
        assert steps(database, milk) == [(1, "0.5000"), (3, "0.2000"), (9, "0.1000")]
        markdown(database, "0.4", 4, category=dairy)
        assert steps(database, milk) == [(4, "0.4000"), (9, "0.1000")]
        assert steps(database, food) == [(1, "0.5000"), (3, "0.2000"), (9, "0.1000")]
        markdown(database, "0.6", 0, category=milk)
        assert steps(database, milk) == [(0, "0.6000"), (4, "0.4000"), (9, "0.1000")]

    async def test_follow_a_category_that_moves_or_is_new(self, client, database):
        food, other = category(database), category(database)
        markdown(database, "0.3", 2, category=food)
        dairy = category(database, parent=food)
        assert steps(database, dairy) == [(2, "0.3000")]
        url, clerk = f"/api/v1/categories/{dairy.code}", as_clerk(database)
        answer = await client.patch(url, json={"parent": other.code}, headers=clerk)
        assert answer.status_code == 200, answer.text
        assert steps(database, dairy) == []

    async def test_of_changes_that_come_at_once(self, client, database):
        dairy, clerk = category(database), as_clerk(database)
        made = await asyncio.gather(
            *(
                client.post(
                    MARKDOWNS,
                    json={
                        "code": unique("rule"),
                        "name": "Rule",
                        "category": dairy.code,
                        "days_left": days,
                        "rate": "0.3",
                    },
                    headers=clerk,
                )
                for days in range(8)
            )
        )
        assert {answer.status_code for answer in made} == {201}
        assert [days for days, _ in steps(database, dairy)] == list(range(8))
