from datetime import timedelta
from urllib.parse import urlencode

import pytest

from app.core.web.paging import Page
from app.inventory.stock.schemas import Level, Lot, Movement
from tests.builders import (
    allocated,
    invoice_request,
    product,
    stock_of,
    stocked,
    supplier,
)

LOTS = "/api/v1/stock/lots"
LEVELS = "/api/v1/stock/levels"
MOVEMENTS = "/api/v1/stock/movements"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def read(staff):
    """Read a whole list, page by page, validating each."""

    async def pages(path, of, **query):
        found, url = [], f"{path}?{urlencode(query)}"
        while url:
            answer = await staff.get(url)
            assert answer.status_code == 200, answer.text
            Page[of].model_validate_json(answer.content, strict=True)
            found += answer.json()["items"]
            url = answer.links.get("next", {}).get("url")
        return found

    return pages


@pytest.fixture
def milk(database):
    return product(database, name="Milk", reorder_level=5)


class TestLots:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", LOTS)

    @pytest.mark.parametrize(
        "query",
        ["expired=1", "all=TRUE", "expires_before=soon", "product=%20", "supplier=A", "lot=1"],
    )
    async def test_invalid(self, staff, query):
        answer = await staff.get(f"{LOTS}?{query}")
        assert answer.status_code == 422
        assert pointers(answer) == [f"/query/{query.partition('=')[0]}"]

    async def test_first_expired_first(self, read, database, milk, today):
        days = [None, 5, -1, 5, 0, None]
        made = [
            stocked(
                database, milk, 1, expires_on=None if d is None else today + timedelta(days=d)
            ).id
            for d in days
        ]
        found = await read(LOTS, Lot, product=milk.code, limit=2)
        assert [lot["id"] for lot in found] == [made[i] for i in (2, 4, 1, 3, 0, 5)]
        assert [lot["expired"] for lot in found] == [True, False, False, False, False, False]

    async def test_filters(self, read, database, milk, today):
        dairy = supplier(database)
        old = stocked(database, milk, 1, expires_on=today - timedelta(days=1), supplier=dairy).id
        fresh = stocked(database, milk, 1, expires_on=today + timedelta(days=9)).id
        lasting = stocked(database, milk, 1).id

        async def ids(**query):
            return [lot["id"] for lot in await read(LOTS, Lot, product=milk.code, **query)]

        assert await ids() == [old, fresh, lasting]
        assert await ids(expired="true") == [old]
        assert await ids(expired="false") == [fresh, lasting]
        assert await ids(expires_before=str(today + timedelta(days=9))) == [old]
        assert await ids(expires_before=str(today + timedelta(days=10))) == [old, fresh]
        assert await ids(supplier=dairy.code) == [old]
        assert await ids(supplier="nobody-has-this") == []
        assert await read(LOTS, Lot, product="nobody-has-this") == []

    async def test_used_up_only_if_asked(self, read, staff, database, milk):
        lot = stocked(database, milk, 3)
        body = {"lot": lot.id, "quantity": "3", "reason": "broken"}
        assert (await staff.post("/api/v1/stock/waste", json=body)).status_code == 201
        assert await read(LOTS, Lot, product=milk.code) == []
        (found,) = await read(LOTS, Lot, product=milk.code, all="true")
        assert (found["id"], found["on_hand"]) == (lot.id, "0.000")


class TestLot:
    async def test_strangers(self, refuses_strangers, database, milk):
        await refuses_strangers("GET", f"{LOTS}/{stocked(database, milk, 1).id}")

    @pytest.mark.parametrize("lot", [2**62, 2**63, 0, -1, "x", "01"])
    async def test_missing(self, staff, lot):
        assert (await staff.get(f"{LOTS}/{lot}")).status_code == 404

    async def test_good(self, staff, database, milk):
        dairy = supplier(database)
        lot = stocked(database, milk, 7, supplier=dairy, unit_cost="0.1234")
        allocated(database, lot, 2)
        answer = await staff.get(f"{LOTS}/{lot.id}")
        assert answer.status_code == 200
        Lot.model_validate_json(answer.content, strict=True)
        assert (
            answer.json().items()
            >= {
                "product": {"code": milk.code, "name": "Milk", "unit": "piece"},
                "supplier": dairy.code,
                "invoice_request": None,
                "on_hand": "7.000",
                "allocated": "2.000",
                "unit_cost": "0.1234",
                "expires_on": None,
            }.items()
        )


class TestLevels:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", LEVELS)

    @pytest.mark.parametrize("query", ["reorder=1", "product=", "expired=true"])
    async def test_invalid(self, staff, query):
        answer = await staff.get(f"{LEVELS}?{query}")
        assert answer.status_code == 422
        assert pointers(answer) == [f"/query/{query.partition('=')[0]}"]

    async def test_good(self, read, database, milk, today):
        lot = stocked(database, milk, 10)
        allocated(database, lot, 3)
        stocked(database, milk, 4, expires_on=today - timedelta(days=1))
        (level,) = await read(LEVELS, Level, product=milk.code)
        assert level == {
            "product": {"code": milk.code, "name": "Milk", "unit": "piece"},
            "on_hand": "14.000",
            "allocated": "3.000",
            "expired": "4.000",
            "available": "7.000",
            "on_order": "0.000",
            "reorder_level": "5.000",
            "reorder": False,
        }

    async def test_reorder_at_the_level(self, read, database, milk):
        async def codes(reorder):
            found = await read(LEVELS, Level, product=milk.code, reorder=reorder)
            return [level["product"]["code"] for level in found]

        lot = stocked(database, milk, 6)
        assert (await codes("true"), await codes("false")) == ([], [milk.code])
        allocated(database, lot, 1)
        assert (await codes("true"), await codes("false")) == ([milk.code], [])

    async def test_withdrawn_is_not_ordered_again(self, read, database):
        gone = product(database, active=False, reorder_level=5)
        assert await read(LEVELS, Level, product=gone.code) == []
        stocked(database, gone, 1)
        (level,) = await read(LEVELS, Level, product=gone.code)
        assert level["reorder"] is False

    async def test_pages_by_code(self, read, database):
        made = {product(database).code for _ in range(3)}
        found = await read(LEVELS, Level, limit=2)
        codes = [level["product"]["code"] for level in found]
        assert len(codes) == len(set(codes))
        assert made <= set(codes)


class TestMovements:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", MOVEMENTS)

    @pytest.mark.parametrize(
        "query", ["kind=gift", "lot=x", "since=2026-01-01", "purchase=1", "invoice_request=%20"]
    )
    async def test_invalid(self, staff, query):
        answer = await staff.get(f"{MOVEMENTS}?{query}")
        assert answer.status_code == 422
        assert pointers(answer) == [f"/query/{query.partition('=')[0]}"]

    async def test_newest_first_and_filters(self, read, staff, database, milk):
        asked = invoice_request(database, (milk, 5, "1"))
        receipt = await staff.post(f"/api/v1/invoice-requests/{asked.code}/receive", json={})
        lot = receipt.json()["lots"][0]["id"]
        ids = []
        for path, quantity in (("waste", "1"), ("adjustments", "2"), ("waste", "3")):
            body = {"lot": lot, "quantity": quantity, "reason": "other"}
            ids.insert(0, (await staff.post(f"/api/v1/stock/{path}", json=body)).json()["id"])
        other = stocked(database, milk, 1)

        async def found(**query):
            return [m["id"] for m in await read(MOVEMENTS, Movement, limit=2, **query)]

        everything = await found(product=milk.code)
        assert everything == sorted(everything, reverse=True)
        received = everything[-1]
        assert everything[1:] == [*ids, received]
        assert await found(lot=lot) == [*ids, received]
        assert await found(lot=other.id) == [everything[0]]
        assert await found(product=milk.code, kind="waste") == [ids[0], ids[2]]
        assert await found(invoice_request=asked.code) == [received]
        assert await found(purchase="00000000-0000-4000-8000-000000000000") == []
        assert await found(product="nobody-has-this") == []

    async def test_since_and_until(self, read, staff, database, milk):
        lot = stocked(database, milk, 5)
        body = {"lot": lot.id, "quantity": "1", "reason": "other"}
        later = (await staff.post("/api/v1/stock/waste", json=body)).json()

        async def found(**query):
            return [m["id"] for m in await read(MOVEMENTS, Movement, lot=lot.id, **query)]

        assert await found(since=later["at"]) == [later["id"]]
        assert len(await found(until=later["at"])) == 1
        assert len(await found(since="2020-01-01T00:00:00+01:00")) == 2
        assert await found(until="2020-01-01T00:00:00Z") == []


class TestMovement:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", f"{MOVEMENTS}/1")

    async def test_missing(self, staff):
        answer = await staff.get(f"{MOVEMENTS}/{2**62}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_good(self, staff, database, milk):
        lot = stocked(database, milk, 5)
        (listed,) = (await staff.get(f"{MOVEMENTS}?lot={lot.id}")).json()["items"]
        answer = await staff.get(f"{MOVEMENTS}/{listed['id']}")
        assert answer.json() == listed
        Movement.model_validate_json(answer.content, strict=True)
        assert (listed["kind"], listed["quantity"], listed["by"]) == ("receipt", "5.000", None)
        assert stock_of(database, lot).on_hand == 5
