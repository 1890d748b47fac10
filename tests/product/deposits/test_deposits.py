"""Deposits: what they are, and that products name them. What they share with brands is tested there."""

import pytest

from app.product.deposits.schemas import Deposit
from tests.builders import as_clerk, as_customer, deposit, product, unique

DEPOSITS = "/api/v1/deposits"
PRODUCTS = "/api/v1/products"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def body_of(**more):
    return {"code": unique(), "name": "Bottle", "amount": "0.25", "vat_rate": "0.1900", **more}


class TestDeposits:
    async def test_are_staffs(self, client, database):
        headers = as_customer(database)
        for url in (DEPOSITS, f"{DEPOSITS}/{deposit(database).code}"):
            assert (await client.get(url)).status_code == 401
            assert (await client.get(url, headers=headers)).status_code == 403

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"amount": "0"}, "/amount"),
            ({"amount": "-0.25"}, "/amount"),
            ({"amount": "0.255"}, "/amount"),
            ({"amount": None}, "/amount"),
            ({"vat_rate": "1"}, "/vat_rate"),
            ({"name": ""}, "/name"),
        ],
    )
    async def test_have_an_amount_and_a_rate_of_vat(self, client, database, change, pointer):
        answer = await client.post(DEPOSITS, json=body_of(**change), headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_are_made_changed_read_and_deleted(self, client, database):
        headers = as_clerk(database)
        answer = await client.post(DEPOSITS, json=body_of(), headers=headers)
        assert answer.status_code == 201
        url = answer.headers["Location"]
        changed = await client.patch(url, json={"amount": "0.15"}, headers=headers)
        assert changed.json()["amount"] == "0.15"
        found = await client.get(url, headers=headers)
        assert found.json() == changed.json()
        Deposit.model_validate_json(found.content)
        assert (await client.delete(url, headers=headers)).status_code == 204

    async def test_of_a_product_are_shown_with_it(self, client, database):
        bottle, headers = deposit(database, "0.08", name="Beer bottle"), as_clerk(database)
        url = f"{PRODUCTS}/{product(database).code}"
        assert (await client.get(url)).json()["deposit"] is None
        answer = await client.patch(url, json={"deposit": bottle.code}, headers=headers)
        shown = {"code": bottle.code, "name": "Beer bottle", "amount": "0.08"}
        assert answer.json()["deposit"] == (await client.get(url)).json()["deposit"] == shown
        gone = await client.delete(f"{DEPOSITS}/{bottle.code}", headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (409, "in_use")
        answer = await client.patch(url, json={"deposit": None}, headers=headers)
        assert answer.json()["deposit"] is None

    async def test_are_for_pieces_alone(self, client, database):
        bottle, headers = deposit(database), as_clerk(database)
        beer, cheese = product(database, deposit=bottle), product(database, unit="kg")
        url = f"{PRODUCTS}/{cheese.code}"
        answer = await client.patch(url, json={"deposit": bottle.code}, headers=headers)
        assert (answer.status_code, pointers(answer)) == (422, ["/deposit"])
        url = f"{PRODUCTS}/{beer.code}"
        answer = await client.patch(url, json={"unit": "litre"}, headers=headers)
        assert (answer.status_code, pointers(answer)) == (422, ["/deposit"])
