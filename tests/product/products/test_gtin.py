"""The barcode's number: one product has it, whatever length it is written in."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.product.gtin import Gtin
from app.product.products.schemas import Product
from tests.builders import as_clerk, category, gtin, product, unique

PRODUCTS = "/api/v1/products"
FORM = TypeAdapter(Gtin)


def refused(number: str) -> bool:
    try:
        FORM.validate_python(number)
    except ValidationError:
        return True
    return False


def body_of(database, **more):
    return {
        "code": unique(),
        "name": "Cola",
        "category": category(database).code,
        "unit": "piece",
        "list_price": "1.29",
        "vat_rate": "0.0700",
        **more,
    }


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def upc_a(database):
    digits = gtin(database)[1:12].replace("0", "3", 1)
    total = sum(int(d) * (1 if place % 2 else 3) for place, d in enumerate(digits))
    return f"{digits}{-total % 10}"


class TestForm:
    @pytest.mark.parametrize(
        "number", ["96385074", "036000291452", "4006381333931", "2012345678903", "10012345678902"]
    )
    def test_with_a_right_check_digit(self, number):
        assert FORM.validate_python(number) == number

    @given(st.from_regex(r"[0-9]{12}", fullmatch=True, alphabet=st.sampled_from("0123456789")))
    def test_exactly_one_check_digit_is_right(self, digits):
        right = sum(not refused(f"{digits}{last}") for last in range(10))
        assert right == (1 if digits.strip("0") else 0)

    @pytest.mark.parametrize(
        "number", ["", "4006381333932", "400638133393", "4006381333931 ", "٣" * 8]
    )
    def test_refused(self, number):
        assert refused(number)

    @pytest.mark.parametrize("number", ["0" * length for length in (8, 12, 13, 14)])
    def test_zeros_alone_are_none(self, number):
        assert refused(number)


class TestOneNumber:
    async def test_a_gtin_is_one_number_in_every_length(self, client, database):
        upc, headers = upc_a(database), as_clerk(database)
        has_it = product(database, gtin=f"0{upc}")
        for written in (upc, f"0{upc}", f"00{upc}"):
            body = body_of(database, gtin=written)
            answer = await client.post(PRODUCTS, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
            assert pointers(answer) == ["/gtin"]
            assert has_it.code in answer.json()["detail"]
            other = f"{PRODUCTS}/{product(database).code}"
            answer = await client.patch(other, json={"gtin": written}, headers=headers)
            assert (answer.status_code, pointers(answer)) == (409, ["/gtin"])
            assert has_it.code in answer.json()["detail"]

    async def test_of_many_with_one_gtin_one_is_made(self, client, database):
        upc, headers = upc_a(database), as_clerk(database)
        written = [upc, f"0{upc}", f"00{upc}"] * 2
        answers = await asyncio.gather(
            *(
                client.post(PRODUCTS, json=body_of(database, gtin=each), headers=headers)
                for each in written
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
        refused = [answer for answer in answers if answer.status_code == 409]
        assert [pointers(answer) for answer in refused] == [["/gtin"]] * 5

    async def test_a_gtin_may_be_written_in_another_length(self, client, database):
        upc, headers = upc_a(database), as_clerk(database)
        url = f"{PRODUCTS}/{product(database, gtin=upc).code}"
        answer = await client.patch(url, json={"gtin": f"0{upc}"}, headers=headers)
        assert (answer.status_code, answer.json()["gtin"]) == (200, f"0{upc}")


class TestBarcode:
    async def test_missing(self, client):
        for number in ("2099999999990", "0", "00000000", "abc", "%00", "1" * 500):
            answer = await client.get(f"{PRODUCTS}/barcode/{number}")
            assert answer.status_code == 404

    async def test_good(self, client, database):
        made = product(database, gtin=gtin(database), active=False)
        answer = await client.get(f"{PRODUCTS}/barcode/{made.gtin}")
        assert answer.status_code == 200
        assert Product.model_validate_json(answer.content).code == made.code
        assert answer.json()["active"] is False

    async def test_zeros_in_front_do_not_count(self, client, database):
        # 11 random digits and their check digit: a UPC-A.
        upc = upc_a(database)
        made = product(database, gtin=upc)
        for number in (upc, f"0{upc}", f"00{upc}"):
            answer = await client.get(f"{PRODUCTS}/barcode/{number}")
            assert answer.json()["code"] == made.code
