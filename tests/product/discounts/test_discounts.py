"""Discounts: when they apply, and to what. What they share with brands is tested there."""

from datetime import timedelta

import pytest

from app.product.discounts.schemas import Discount
from tests.builders import as_clerk, as_customer, discount, product, today, unique

DISCOUNTS = "/api/v1/discounts"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def body_of(**more):
    return {
        "code": unique(),
        "name": "Spring",
        "rate": "0.2500",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        **more,
    }


class TestRead:
    async def test_anonymous_and_forbidden(self, client, database):
        headers = as_customer(database)
        for url in (DISCOUNTS, f"{DISCOUNTS}/{discount(database).code}"):
            assert (await client.get(url)).status_code == 401
            assert (await client.get(url, headers=headers)).status_code == 403

    async def test_missing(self, client, database):
        answer = await client.get(f"{DISCOUNTS}/{unique()}", headers=as_clerk(database))
        assert answer.status_code == 404

    async def test_good(self, client, database):
        made, headers = discount(database, name="!! a first one"), as_clerk(database)
        answer = await client.get(f"{DISCOUNTS}/{made.code}", headers=headers)
        found = Discount.model_validate_json(answer.content)
        assert (found.rate, found.starts_on, found.ends_on) == (made.rate, made.starts_on, None)
        listed = await client.get(DISCOUNTS, params={"limit": 100}, headers=headers)
        assert answer.json() in listed.json()["items"]


class TestCreate:
    async def test_anonymous_and_forbidden(self, client, database):
        assert (await client.post(DISCOUNTS, json=body_of())).status_code == 401
        answer = await client.post(DISCOUNTS, json=body_of(), headers=as_customer(database))
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"rate": "0"}, "/rate"),
            ({"rate": "1.0000"}, "/rate"),
            ({"rate": "0.12345"}, "/rate"),
            ({"rate": "-0.1"}, "/rate"),
            ({"rate": "NaN"}, "/rate"),
            ({"rate": 0.25}, "/rate"),
            ({"starts_on": "2026-02-30"}, "/starts_on"),
            ({"starts_on": "infinity"}, "/starts_on"),
            ({"starts_on": None}, "/starts_on"),
            ({"ends_on": "2025-12-31"}, "/ends_on"),
            ({"rate": None}, "/rate"),
            ({"amount": "0.50"}, "/rate"),
            ({"buy": 3}, "/buy"),
            ({"rate": None, "pay": 2}, "/buy"),
            ({"rate": None, "buy": 3}, "/rate"),
            ({"rate": None, "buy": 3, "pay": 2, "price": "5.00"}, "/rate"),
            ({"rate": None, "buy": 3, "pay": 3}, "/pay"),
            ({"rate": None, "buy": 1, "price": "5.00"}, "/buy"),
            ({"rate": None, "buy": 3, "price": "0.00"}, "/price"),
            ({"rate": None, "amount": "-0.50"}, "/amount"),
            ({"weekdays": ["Freitag"]}, "/weekdays/0"),
            ({"products": ["no-such"]}, "/products/0"),
            ({"categories": ["no-such"]}, "/categories/0"),
            ({"brands": ["no-such"]}, "/brands/0"),
            ({"brands": ["x"] * 201}, "/brands"),
        ],
    )
    async def test_invalid(self, client, database, change, pointer):
        answer = await client.post(DISCOUNTS, json=body_of(**change), headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_a_taken_code(self, client, database):
        body = body_of(code=discount(database).code)
        answer = await client.post(DISCOUNTS, json=body, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (409, ["/code"])

    async def test_good(self, client, database):
        body = body_of()
        answer = await client.post(DISCOUNTS, json=body, headers=as_clerk(database))
        assert answer.status_code == 201
        assert body.items() <= answer.json().items()


class TestChange:
    async def test_anonymous_missing_and_forbidden(self, client, database):
        url = f"{DISCOUNTS}/{discount(database).code}"
        assert (await client.patch(url, json={})).status_code == 401
        headers = as_customer(database)
        assert (await client.patch(url, json={}, headers=headers)).status_code == 403
        answer = await client.patch(f"{DISCOUNTS}/x", json={}, headers=as_clerk(database))
        assert answer.status_code == 404

    async def test_dates_fit_those_that_stay(self, client, database):
        made, headers = discount(database, ends_on="2030-12-31"), as_clerk(database)
        url = f"{DISCOUNTS}/{made.code}"
        answer = await client.patch(url, json={"starts_on": "2031-01-01"}, headers=headers)
        assert (answer.status_code, pointers(answer)) == (422, ["/ends_on"])
        body = {"starts_on": "2031-01-01", "ends_on": None}
        answer = await client.patch(url, json=body, headers=headers)
        assert answer.status_code == 200
        assert body.items() <= answer.json().items()

    async def test_prices_follow_at_once(self, client, database):
        made, headers = discount(database, "0.1000"), as_clerk(database)
        sold = product(database, "9.99", discount=made)
        url, read = f"{DISCOUNTS}/{made.code}", f"/api/v1/products/{sold.code}"

        async def price():
            found = (await client.get(read)).json()
            return found["price"], found["list_price"], (found["discount"] or {}).get("rate")

        assert await price() == ("8.99", "9.99", "0.1000")
        await client.patch(url, json={"rate": "0.5"}, headers=headers)
        # 4.995, rounded half up.
        assert await price() == ("5.00", "9.99", "0.5000")
        await client.patch(url, json={"active": False}, headers=headers)
        assert await price() == ("9.99", "9.99", None)

    @pytest.mark.parametrize(
        ("start", "end", "applies"),
        [(0, 0, True), (-1, None, True), (1, None, False), (-9, -1, False), (-1, 1, True)],
    )
    async def test_it_applies_from_its_first_through_its_last_day(
        self, client, database, start, end, applies
    ):
        now = today(database)
        made = discount(
            database,
            "0.5000",
            starts_on=now + timedelta(days=start),
            ends_on=None if end is None else now + timedelta(days=end),
        )
        sold = product(database, "2.00", discount=made)
        found = (await client.get(f"/api/v1/products/{sold.code}")).json()
        assert found["price"] == ("1.00" if applies else "2.00")
        assert (found["discount"] is not None) is applies


class TestDelete:
    async def test_anonymous_and_forbidden(self, client, database):
        url = f"{DISCOUNTS}/{discount(database).code}"
        assert (await client.delete(url)).status_code == 401
        assert (await client.delete(url, headers=as_customer(database))).status_code == 403

    async def test_in_use_missing_and_good(self, client, database):
        made, headers = discount(database), as_clerk(database)
        sold = product(database, discount=made)
        url = f"{DISCOUNTS}/{made.code}"
        assert (await client.delete(url, headers=headers)).json()["code"] == "in_use"
        await client.patch(
            f"/api/v1/products/{sold.code}", json={"discount": None}, headers=headers
        )
        assert (await client.delete(url, headers=headers)).status_code == 204
        assert (await client.delete(url, headers=headers)).status_code == 404
