"""GET /api/v1/barcodes/{code}: the product that a code names, and what the code says of it."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit

from app.product.barcodes.schemas import Scanned
from tests.builders import gtin, plu, product, rows, today
from tests.product.barcodes.scanned import GS
from tests.support.clients import client_at, shop_with

BARCODES = "/api/v1/barcodes"
NOTHING = dict.fromkeys(("price", "lot", "best_before", "expires_on", "reduced"))


def ean(digits):
    return f"{digits}{gs1_standard_check_digit(digits)}"


def verified(before, measure):
    """Return the EAN-13 in which `measure` stands behind its verifying digit."""
    return ean(f"{before}{gs1_price_weight_check_digit(measure)}{measure}")


@pytest.fixture
def scan(client):
    """Return what the shop says of a code."""

    async def call(code, via=client):
        answer = await via.get(f"{BARCODES}/{quote(code, safe='')}")
        assert answer.status_code == 200, answer.text
        Scanned.model_validate_json(answer.content, strict=True)
        said = answer.json()
        return said.pop("product")["code"], said

    return call


@pytest.fixture
def refused(client):
    """Return the status, the word and the sentence that a code is refused with."""

    async def call(code, via=client):
        answer = await via.get(f"{BARCODES}/{quote(code, safe='')}")
        problem = answer.json()
        return answer.status_code, problem["code"], problem["detail"]

    return call


@pytest.fixture
async def german(make_settings):
    """A client of a shop with labels as in Germany, and a form of its own."""
    shop = {"scale_labels": ["2900IIIIPPPPC"], "scale_region": "DE"}
    async with shop_with(make_settings(shop=shop)) as started, client_at(started) as made:
        yield made


class TestGtin:
    async def test_on_a_piece_and_on_packs(self, scan, database):
        one, six, dozen = gtin(database), gtin(database), f"1{gtin(database)[:12]}"
        dozen = ean(dozen)
        made = product(database, gtin=one, other_barcodes=[(six, 6), (dozen, 12)])
        for number, pieces in ((one, "1.000"), (six, "6.000"), (f"0{six}", "6.000")):
            said = {"kind": "gtin", "quantity": pieces, **NOTHING}
            assert await scan(number) == (made.code, said)
        assert (await scan(dozen))[1]["quantity"] == "12.000"

    async def test_zeros_in_front_do_not_count(self, scan, database):
        upc = ean(f"6{gtin(database)[2:12]}")
        made = product(database, gtin=upc)
        for number in (upc, f"0{upc}", f"00{upc}"):
            assert (await scan(number))[0] == made.code

    @pytest.mark.parametrize("unit", ["kg", "litre"])
    async def test_of_what_has_to_be_weighed(self, scan, database, unit):
        number = gtin(database)
        product(database, gtin=number, unit=unit)
        assert (await scan(number))[1] == {"kind": "gtin", "quantity": None, **NOTHING}

    async def test_of_what_was_withdrawn(self, client, database):
        number = gtin(database)
        made = product(database, gtin=number, active=False)
        said = (await client.get(f"{BARCODES}/{number}")).json()["product"]
        assert (said["code"], said["active"]) == (made.code, False)

    async def test_the_product_is_as_everywhere(self, client, database):
        number = gtin(database)
        made = product(
            database, gtin=number, other_barcodes=[(gtin(database), 6)], plu=plu(database)
        )
        said = (await client.get(f"{BARCODES}/{number}")).json()
        assert said["product"] == (await client.get(f"/api/v1/products/{made.code}")).json()

    async def test_that_nobody_has(self, refused, database):
        number = ean("400638199999")
        assert await refused(number) == (404, "not_found", "No product has that barcode.")

    async def test_that_is_damaged(self, refused, database):
        number = gtin(database)
        product(database, gtin=number)
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        status, code, detail = await refused(wrong)
        assert (status, code) == (422, "unreadable_barcode")
        assert detail == "The code is damaged: its check digit is wrong."


class TestPlu:
    async def test_in_both_lengths(self, scan, database):
        number = plu(database)
        made = product(database, plu=number, unit="kg")
        for written in (number, f"0{number}"):
            said = {"kind": "plu", "quantity": None, **NOTHING}
            assert await scan(written) == (made.code, said)

    async def test_of_what_is_sold_by_the_piece(self, scan, database):
        number = plu(database)
        product(database, plu=f"0{number}")
        assert (await scan(number))[1]["quantity"] == "1.000"

    async def test_that_nobody_has(self, refused, database):
        assert await refused("00001") == (404, "not_found", "No product has that PLU.")


class TestLabels:
    """Of the forms in config_dev.toml."""

    async def test_with_a_weight(self, scan, database):
        number = plu(database)
        made = product(database, plu=number, unit="kg")
        said = {"kind": "weight_label", "quantity": "1.250", **NOTHING}
        assert await scan(ean(f"281{number}01250")) == (made.code, said)

    async def test_with_a_price(self, scan, database):
        number = plu(database)
        made = product(database, plu=number, unit="kg")
        said = {"kind": "price_label", "quantity": None, **NOTHING, "price": "3.49"}
        assert await scan(verified(f"221{number}", "0349")) == (made.code, said)

    async def test_that_is_damaged(self, refused, database):
        number = plu(database)
        product(database, plu=number, unit="kg")
        status, code, detail = await refused(ean(f"221{number}60349"))
        assert (status, code) == (422, "unreadable_barcode")
        assert "verifying digit" in detail

    async def test_with_a_weight_of_what_is_sold_by_the_piece(self, refused, database):
        number = plu(database)
        product(database, plu=number)
        status, code, detail = await refused(ean(f"281{number}01250"))
        assert (status, code) == (422, "unreadable_barcode")
        assert detail == "The code says a weight, and the product is sold by the piece."

    async def test_of_an_item_that_is_not_there(self, refused, database):
        sentence = "No product has the item number of that label."
        assert await refused(ean("281000101250")) == (404, "not_found", sentence)

    async def test_of_a_form_that_the_shop_does_not_know(self, refused, database):
        sentence = "No product has that barcode, and the shop knows no label of scales like it."
        for digits in ("271000101250", "021000101250"):
            assert await refused(ean(digits)) == (404, "not_found", sentence)

    async def test_a_barcode_from_before_there_were_labels(self, scan, refused, database):
        """It is found as long as it can mean nothing else."""
        number = plu(database)
        of_label = ean(f"281{number}00500")
        has_it = product(database, gtin=of_label)
        assert await scan(of_label) == (
            has_it.code,
            {"kind": "gtin", "quantity": "1.000", **NOTHING},
        )
        weighed = product(database, plu=number, unit="kg")
        status, code, detail = await refused(of_label)
        assert (status, code) == (422, "unreadable_barcode")
        assert detail == (
            f"The code can be read in two ways: as the barcode of {has_it.code} or as a weight label of {weighed.code}."
        )
        damaged = ean(f"221{number}60349")
        has_it = product(database, gtin=damaged)
        assert (await scan(damaged))[0] == has_it.code


class TestRegion:
    async def test_finds_by_the_item_number(self, scan, database, german):
        number = plu(database)
        made = product(database, plu=number, unit="kg")
        said = {"kind": "weight_label", "quantity": "0.300", **NOTHING}
        assert await scan(verified(f"28{number}", "00300"), german) == (made.code, said)

    async def test_finds_by_the_barcode_with_nothing_in_it(self, scan, database, german):
        number = plu(database)
        blank = ean(f"29{number}000000")
        made = product(database, gtin=blank, unit="kg")
        assert await scan(verified(f"29{number}", "00300"), german) == (
            made.code,
            {"kind": "weight_label", "quantity": "0.300", **NOTHING},
        )
        assert (await scan(blank, german))[1]["kind"] == "gtin"
        # The same product by both is no contradiction.
        rows(database, "UPDATE product SET plu = %(plu)s WHERE id = %(id)s", plu=number, id=made.id)
        assert (await scan(verified(f"29{number}", "00300"), german))[0] == made.code

    async def test_counts(self, scan, refused, database, german):
        pieces, kilograms = plu(database), plu(database)
        made = product(database, plu=pieces)
        product(database, plu=kilograms, unit="kg")
        said = {"kind": "count_label", "quantity": "12.000", **NOTHING}
        assert await scan(verified(f"25{pieces}", "00012"), german) == (made.code, said)
        status, _, detail = await refused(verified(f"25{kilograms}", "00012"), german)
        assert (status, detail) == (
            422,
            "The code says a number of pieces, and the product is sold by the kg.",
        )

    async def test_the_shops_own_forms_come_first(self, scan, database, german):
        number = plu(database)
        made = product(database, plu=number)
        found, said = await scan(ean(f"2900{number}0349"), german)
        assert (found, said["kind"], said["price"]) == (made.code, "price_label", "3.49")

    async def test_of_two_products(self, refused, database, german):
        number = plu(database)
        product(database, gtin=ean(f"28{number}000000"), unit="kg")
        product(database, plu=number, unit="kg")
        status, _, detail = await refused(verified(f"28{number}", "00300"), german)
        assert status == 422
        assert detail.startswith("The code can be read in two ways: as a weight label of ")


class TestGs1:
    async def test_says_what_the_code_says(self, scan, database):
        number = gtin(database)
        made = product(database, other_barcodes=[(number, 6)])
        best, last = (today(database) + timedelta(days=days) for days in (20, 30))
        days = f"15{best:%y%m%d}17{last:%y%m%d}"
        for code in (
            f"010{number}{days}10AB/1",
            f"010{number}10AB/1{GS}{days}",
            f"]C1010{number}{days}10AB/1",
            f"(01)0{number}(15){best:%y%m%d}(17){last:%y%m%d}(10)AB/1",
            f"https://id.gs1.org/01/{number}/10/AB%2F1?15={best:%y%m%d}&17={last:%y%m%d}",
        ):
            assert await scan(code) == (
                made.code,
                {
                    "kind": "gs1",
                    "quantity": "6.000",
                    "price": None,
                    "lot": "AB/1",
                    "best_before": str(best),
                    "expires_on": str(last),
                    "reduced": None,
                },
            )

    async def test_a_weight_and_a_price(self, scan, database):
        number = gtin(database)
        product(database, gtin=number, unit="kg")
        _, said = await scan(f"010{number}31030012503922349")
        assert (said["quantity"], said["price"]) == ("1.250", "3.49")

    async def test_a_weight_of_what_is_sold_by_the_litre(self, refused, database):
        number = gtin(database)
        product(database, gtin=number, unit="litre")
        status, code, detail = await refused(f"010{number}3103001250")
        assert (status, code) == (422, "unreadable_barcode")
        assert detail.endswith("the product is sold by the litre.")

    async def test_that_nobody_has(self, refused, database):
        code = f"010{ean('400638199999')}"
        assert await refused(code) == (404, "not_found", "No product has that barcode.")


class TestPaths:
    """A link may come as it is: its slashes and its query are the code's."""

    @pytest.fixture
    def link(self, database):
        number = gtin(database)
        product(database, gtin=number)
        return f"https://id.gs1.org/01/{number}/10/AB?17=270131&linkType=all"

    @pytest.mark.parametrize("safe", ["", ":/?=&", ":/"])
    async def test_escaped_or_not(self, client, link, safe):
        answer = await client.get(f"{BARCODES}/{quote(link, safe=safe)}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["lot"] == "AB"
        assert answer.json()["expires_on"].endswith("27-01-31")

    async def test_with_merged_slashes(self, client, link):
        answer = await client.get(f"{BARCODES}/{link.replace('//', '/')}")
        assert answer.json()["lot"] == "AB"

    async def test_with_a_question_mark_in_a_lot(self, client, database):
        number = gtin(database)
        product(database, gtin=number)
        for code in (f"010{number}10A?B%1D17270131", f"010{number}10A%3FB%1D17270131"):
            answer = await client.get(f"{BARCODES}/{code}")
            assert answer.json()["lot"] == "A?B", answer.text

    async def test_other_control_characters_are_none_of_it(self, client):
        for code in ("%00", "4011%00", "40%0A11", "%7F", "%FF"):
            assert (await client.get(f"{BARCODES}/{code}")).status_code == 404

    async def test_blanks_and_line_ends_around_it_do_not_count(self, client, database):
        milk = product(database, gtin=gtin(database))
        for code in (f"%20{milk.gtin}%09", f"{milk.gtin}%0D", f"{milk.gtin}%0D%0A"):
            answer = await client.get(f"{BARCODES}/{code}")
            assert answer.status_code == 200, answer.text
