"""The barcodes and the PLU of a product: each is one product's, in whatever length it is written."""

import asyncio

import pytest

from tests.builders import as_clerk, category, gtin, plu, product, rows, unique, value

PRODUCTS = "/api/v1/products"


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


def pack(number, pieces=6):
    return {"gtin": number, "pieces": pieces}


def found(database, made):
    """Return the barcodes that a product is found by, and how many pieces each is on."""
    query = "SELECT gtin14, pieces FROM barcode b JOIN product p ON p.id = b.product_id WHERE p.code = %(code)s"
    code = made if isinstance(made, str) else made.code
    return {row.gtin14: row.pieces for row in rows(database, query, code=code)}


@pytest.fixture
def post(client, database):
    """Add a product with these values."""

    async def call(**values):
        body = body_of(database, **values)
        return await client.post(PRODUCTS, json=body, headers=as_clerk(database))

    return call


@pytest.fixture
def patch(client, database):
    async def call(made, **values):
        url = f"{PRODUCTS}/{made.code}"
        return await client.patch(url, json=values, headers=as_clerk(database))

    return call


class TestWritten:
    async def test_all_of_them(self, post, database):
        one, six, other, number = gtin(database), gtin(database), gtin(database), plu(database)
        barcodes = [pack(six), pack(other, 1)]
        answer = await post(gtin=one, other_barcodes=barcodes, plu=number)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert (made["gtin"], made["plu"], made["other_barcodes"]) == (one, number, barcodes)
        assert found(database, made["code"]) == {f"0{one}": 1, f"0{six}": 6, f"0{other}": 1}
        audited = value(
            database,
            "SELECT detail FROM audit_log WHERE subject = %(subject)s",
            subject=f"product:{made['code']}",
        )
        assert (audited["plu"], audited["other_barcodes"]) == (number, barcodes)

    async def test_none_of_them(self, post, database):
        made = (await post()).json()
        assert (made["gtin"], made["plu"], made["other_barcodes"]) == (None, None, [])
        assert found(database, made["code"]) == {}

    async def test_changed(self, patch, database):
        one, six, twelve = gtin(database), gtin(database), gtin(database)
        made = product(database, gtin=one, other_barcodes=[(six, 6)])
        answer = await patch(made, other_barcodes=[pack(six, 4), pack(twelve, 12)])
        assert answer.json()["other_barcodes"] == [pack(six, 4), pack(twelve, 12)]
        assert found(database, made) == {f"0{one}": 1, f"0{six}": 4, f"0{twelve}": 12}
        audited = value(
            database,
            "SELECT detail FROM audit_log WHERE subject = %(subject)s",
            subject=f"product:{made.code}",
        )
        assert audited == {
            "other_barcodes": {"old": [pack(six)], "new": [pack(six, 4), pack(twelve, 12)]}
        }

    async def test_cleared(self, patch, database):
        made = product(
            database, gtin=gtin(database), other_barcodes=[(gtin(database), 6)], plu=plu(database)
        )
        answer = await patch(made, gtin=None, other_barcodes=[], plu=None)
        assert answer.json()["version"] == 2
        assert (answer.json()["gtin"], answer.json()["plu"]) == (None, None)
        assert found(database, made) == {}

    async def test_what_is_so_already_is_no_change(self, patch, database):
        one, six, number = gtin(database), gtin(database), plu(database)
        made = product(database, gtin=one, other_barcodes=[(six, 6)], plu=number)
        answer = await patch(made, gtin=one, other_barcodes=[pack(six)], plu=number)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)

    async def test_the_two_may_change_places(self, patch, database):
        one, six = gtin(database), gtin(database)
        made = product(database, gtin=one, other_barcodes=[(six, 6)])
        answer = await patch(made, gtin=six, other_barcodes=[pack(one)])
        assert answer.status_code == 200, answer.text
        assert found(database, made) == {f"0{six}": 1, f"0{one}": 6}

    async def test_a_gtin_may_be_written_in_another_length(self, patch, database):
        upc = upc_a(database)
        answer = await patch(product(database, gtin=upc), gtin=f"0{upc}")
        assert (answer.status_code, answer.json()["gtin"]) == (200, f"0{upc}")

    async def test_they_go_with_the_product(self, client, database):
        number = gtin(database)
        made = product(database, other_barcodes=[(number, 6)])
        url = f"{PRODUCTS}/{made.code}"
        assert (await client.delete(url, headers=as_clerk(database))).status_code == 204
        count = value(database, "SELECT count(*) FROM barcode WHERE gtin14 = %(n)s", n=f"0{number}")
        assert count == 0


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "where"),
        [
            ({"plu": "401"}, "/plu"),
            ({"plu": "0000"}, "/plu"),
            ({"plu": 4011}, "/plu"),
            ({"other_barcodes": [pack("4006381333932")]}, "/other_barcodes/0/gtin"),
            ({"other_barcodes": [pack("00000000")]}, "/other_barcodes/0/gtin"),
            ({"other_barcodes": [{"gtin": "4006381333931"}]}, "/other_barcodes/0/pieces"),
            ({"other_barcodes": [{"pieces": 6}]}, "/other_barcodes/0/gtin"),
            ({"other_barcodes": [pack("4006381333931", 0)]}, "/other_barcodes/0/pieces"),
            ({"other_barcodes": [pack("4006381333931", 10_000)]}, "/other_barcodes/0/pieces"),
            ({"other_barcodes": [pack("4006381333931", 1.5)]}, "/other_barcodes/0/pieces"),
            ({"other_barcodes": [pack("4006381333931", "6")]}, "/other_barcodes/0/pieces"),
            ({"other_barcodes": [pack("4006381333931") | {"x": 1}]}, "/other_barcodes/0/x"),
            ({"other_barcodes": None}, "/other_barcodes"),
            ({"other_barcodes": [pack("4006381333931")] * 21}, "/other_barcodes"),
            (
                {"gtin": "4006381333931", "other_barcodes": [pack("04006381333931")]},
                "/other_barcodes/0/gtin",
            ),
            (
                {"other_barcodes": [pack("4006381333931"), pack("04006381333931", 1)]},
                "/other_barcodes/1/gtin",
            ),
            ({"unit": "kg", "other_barcodes": [pack("4006381333931")]}, "/other_barcodes/0/pieces"),
            # As config_dev.toml has the labels of the shop's scales.
            ({"gtin": "2814011012505"}, "/gtin"),
            ({"other_barcodes": [pack("2814011012505", 1)]}, "/other_barcodes/0/gtin"),
        ],
    )
    async def test_what_cannot_be(self, post, values, where):
        answer = await post(**values)
        assert (answer.status_code, pointers(answer)) == (422, [where]), answer.text

    async def test_another_package_of_what_is_weighed(self, post, database):
        answer = await post(unit="kg", other_barcodes=[pack(gtin(database), 1)])
        assert answer.status_code == 201

    async def test_twice_in_one_product_whichever_changes(self, patch, database):
        one, six = gtin(database), gtin(database)
        made = product(database, gtin=one, other_barcodes=[(six, 6)])
        answer = await patch(made, gtin=f"0{six}")
        assert (answer.status_code, pointers(answer)) == (422, ["/other_barcodes/0/gtin"])
        answer = await patch(made, other_barcodes=[pack(one)])
        assert (answer.status_code, pointers(answer)) == (422, ["/other_barcodes/0/gtin"])
        answer = await patch(made, unit="kg")
        assert (answer.status_code, pointers(answer)) == (422, ["/other_barcodes/0/pieces"])

    async def test_a_number_for_labels_that_was_there_before_may_stay(self, patch, database):
        # 281, as of a label of config_dev.toml: no other test has any but this.
        made = product(database, gtin="2814123456785")
        answer = await patch(made, name="Other", gtin=made.gtin)
        assert (answer.status_code, answer.json()["name"]) == (200, "Other")


class TestTaken:
    async def test_a_gtin_is_one_number_in_every_length(self, post, patch, database):
        upc = upc_a(database)
        has_it = product(database, gtin=f"0{upc}")
        for written in (upc, f"0{upc}", f"00{upc}"):
            for answer in (await post(gtin=written), await patch(product(database), gtin=written)):
                assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
                assert pointers(answer) == ["/gtin"]
                said = f"The product {has_it.code} has the GTIN {written} already."
                assert answer.json()["detail"] == said

    async def test_whichever_of_the_two_has_it(self, post, patch, database):
        one, six = gtin(database), gtin(database)
        has_them = product(database, gtin=one, other_barcodes=[(six, 6)])
        for answer in (
            await post(gtin=six),
            await patch(product(database), gtin=six),
        ):
            assert (answer.status_code, pointers(answer)) == (409, ["/gtin"])
            assert has_them.code in answer.json()["detail"]
        others = [pack(gtin(database)), pack(one, 1), pack(f"0{six}")]
        for answer in (
            await post(other_barcodes=others),
            await patch(product(database), other_barcodes=others),
        ):
            assert answer.status_code == 409
            assert pointers(answer) == ["/other_barcodes/1/gtin", "/other_barcodes/2/gtin"]
            assert answer.json()["detail"].count(has_them.code) == 2

    async def test_a_plu_in_both_lengths(self, post, patch, database):
        number = f"0{plu(database)}"
        has_it = product(database, plu=number)
        for written in (number, number[1:]):
            for answer in (await post(plu=written), await patch(product(database), plu=written)):
                assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
                assert pointers(answer) == ["/plu"]
                said = f"The product {has_it.code} has the PLU {written} already."
                assert answer.json()["detail"] == said

    async def test_what_is_refused_leaves_nothing(self, post, database):
        """Its code is taken: that is found behind its barcodes."""
        number, taken = gtin(database), product(database)
        answer = await post(code=taken.code, other_barcodes=[pack(number)], plu=plu(database))
        assert (answer.status_code, pointers(answer)) == (409, ["/code"])
        assert found(database, taken) == {}
        assert (await post(gtin=number)).status_code == 201


class TestRaces:
    @pytest.mark.parametrize("again", range(3))
    async def test_of_many_with_one_barcode_one_is_made(self, post, database, again):
        upc = upc_a(database)
        written = [upc, f"0{upc}", f"00{upc}"]
        answers = await asyncio.gather(
            *(post(gtin=each) for each in written),
            *(post(other_barcodes=[pack(each)]) for each in written),
        )
        self.one_has_it(answers)

    async def test_of_many_with_one_plu_one_is_made(self, post, database):
        number = f"0{plu(database)}"
        self.one_has_it(
            await asyncio.gather(*(post(plu=each) for each in [number, number[1:]] * 3))
        )

    async def test_of_many_that_get_one_barcode_one_has_it(self, patch, database):
        number = gtin(database)
        goods = [product(database) for _ in range(6)]
        answers = await asyncio.gather(
            *(patch(each, gtin=number) for each in goods[:3]),
            *(patch(each, other_barcodes=[pack(number)]) for each in goods[3:]),
        )
        self.one_has_it(answers)

    @staticmethod
    def one_has_it(answers):
        good = [answer for answer in answers if answer.status_code in {200, 201}]
        assert len(good) == 1, [answer.text for answer in answers]
        for answer in answers:
            if answer not in good:
                assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
                # The other one is named also where nobody had it when all began.
                assert good[0].json()["code"] in answer.json()["detail"]

    async def test_two_that_swap_theirs_do_not_hang(self, patch, database):
        one, other = gtin(database), gtin(database)
        first, second = product(database, gtin=one), product(database, gtin=other)
        answers = await asyncio.gather(patch(first, gtin=other), patch(second, gtin=one))
        assert {answer.status_code for answer in answers} <= {200, 409}


class TestSearch:
    async def test_finds_a_product_by_all_its_numbers(self, client, database):
        upc, six, number = upc_a(database), gtin(database), plu(database)
        made = product(database, gtin=f"0{upc}", other_barcodes=[(six, 6)], plu=number)
        for q in (upc, f"0{upc}", f"00{upc}", six, f"{six[0]} {six[1:7]} {six[7:]}", number):
            answer = await client.get(PRODUCTS, params={"q": q})
            assert made.code in [each["code"] for each in answer.json()["items"]], q

    async def test_by_its_plu_in_both_lengths(self, client, database):
        number = f"0{plu(database)}"
        made = product(database, plu=number)
        for q in (number, number[1:]):
            answer = await client.get(PRODUCTS, params={"q": q})
            assert made.code in [each["code"] for each in answer.json()["items"]], q
