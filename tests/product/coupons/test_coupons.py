"""Coupons as staff makes them, and their codes. What they share with brands is tested there."""

import re

import pytest

from app.product.coupons.schemas import Coupon
from tests.builders import (
    as_clerk,
    as_customer,
    brand,
    category,
    coupon,
    filled_cart,
    on_sale,
    product,
    unique,
)
from tests.orders.sales import check_out

COUPONS = "/api/v1/coupons"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def body_of(**more):
    return {"code": unique(), "name": "Spring", "rate": "0.1", "starts_on": "2026-01-01", **more}


class TestCoupons:
    async def test_are_staffs(self, client, database):
        headers = as_customer(database)
        for url in (COUPONS, f"{COUPONS}/{coupon(database).code}"):
            assert (await client.get(url)).status_code == 401
            assert (await client.get(url, headers=headers)).status_code == 403

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"rate": "1"}, "/rate"),
            ({"amount": "1.00"}, "/amount"),
            ({"rate": None}, "/amount"),
            ({"rate": None, "amount": "0.00"}, "/amount"),
            ({"minimum": "-1.00"}, "/minimum"),
            ({"ends_on": "2025-12-31"}, "/ends_on"),
            ({"uses": 0}, "/uses"),
            ({"uses_each": 0}, "/uses_each"),
            ({"excluded_products": ["no-such-thing"]}, "/excluded_products/0"),
            ({"excluded_categories": ["no-such-thing"]}, "/excluded_categories/0"),
            ({"excluded_brands": ["no-such-thing"]}, "/excluded_brands/0"),
        ],
    )
    async def test_wrong_ones_are_refused(self, client, database, change, pointer):
        answer = await client.post(COUPONS, json=body_of(**change), headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_are_made_changed_and_read(self, client, database):
        headers = as_clerk(database)
        excluded = {
            "excluded_products": [product(database).code],
            "excluded_categories": [category(database).code],
            "excluded_brands": [brand(database).code],
        }
        answer = await client.post(COUPONS, json=body_of(**excluded), headers=headers)
        assert answer.status_code == 201
        assert excluded.items() <= answer.json().items()
        url = answer.headers["Location"]
        changes = {"rate": None, "amount": "2.00", "uses": 5, "excluded_brands": []}
        changed = await client.patch(url, json=changes, headers=headers)
        assert changes.items() <= changed.json().items()
        found = await client.get(url, headers=headers)
        assert found.json() == changed.json()
        assert Coupon.model_validate_json(found.content).used == 0
        assert (await client.delete(url, headers=headers)).status_code == 204

    async def test_that_were_redeemed_stay_and_keep_their_uses(self, client, database):
        made, headers = coupon(database, uses=3), as_clerk(database)
        for _ in range(2):
            cart = filled_cart(database, (on_sale(database), 1))
            code = {"code": made.code}
            await client.put(f"/api/v1/carts/{cart.id}/coupon", json=code, headers=cart.headers)
            assert (await check_out(client, cart)).status_code == 201
        url = f"{COUPONS}/{made.code}"
        found = (await client.get(url, headers=headers)).json()
        # That it was used is no change by staff.
        assert (found["used"], found["version"]) == (2, 1)
        answer = await client.patch(url, json={"uses": 1}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        answer = await client.delete(url, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


class TestCodes:
    async def test_are_made_in_batches_and_listed(self, client, database):
        made, headers = coupon(database, single_use=True), as_clerk(database)
        url = f"{COUPONS}/{made.code}/codes"
        answer = await client.post(url, json={"count": 30}, headers=headers)
        assert answer.status_code == 201
        codes = answer.json()["codes"]
        assert len(set(codes)) == 30
        assert all(re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){2}[2-9A-HJKMNP-Z]{4}", c) for c in codes)
        seen, following = [], f"{url}?limit=20"
        while following:
            found = await client.get(following, headers=headers)
            seen += found.json()["items"]
            following = found.links.get("next", {}).get("url")
        assert seen == [{"code": code, "purchase": None} for code in sorted(codes)]
        for used, count in (("true", 0), ("false", 20)):
            found = await client.get(url, params={"used": used}, headers=headers)
            assert len(found.json()["items"]) == count

    async def test_are_for_coupons_that_have_them(self, client, database):
        url = f"{COUPONS}/{coupon(database).code}/codes"
        answer = await client.post(url, json={"count": 1}, headers=as_clerk(database))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_single_use")
        answer = await client.post(
            f"{COUPONS}/none/codes", json={"count": 1}, headers=as_clerk(database)
        )
        assert answer.status_code == 404

    @pytest.mark.parametrize("count", [0, 1001, "5", None])
    async def test_of_a_wrong_number(self, client, database, count):
        url = f"{COUPONS}/{coupon(database, single_use=True).code}/codes"
        answer = await client.post(url, json={"count": count}, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, ["/count"])
