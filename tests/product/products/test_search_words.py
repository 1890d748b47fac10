"""Words: what is stored is split as what is typed is, so that everything meets itself."""

import csv
import random
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extras import execute_values

import app
from app.product.products.listing import Wanted, listing
from tests.builders import as_clerk, brand, category, gtin, product, rows, unique

PRODUCTS = "/api/v1/products"
DEMO = Path(app.__file__).parent / "commands" / "demo" / "products.csv"


class TestWords:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", ""),
            ("  Whole   MILK ", "whole milk"),
            ("3.5 % fat, 1l.", "3.5 fat 1 l"),
            ("1,5 l", "1.5 l"),
            ("1.5L", "1.5 l"),
            ("330ml", "330 ml"),
            ("semi-skimmed o'neill", "semi skimmed o neill"),
            ("WD-40", "wd 40"),
            ("omega3", "omega 3"),
            ("1/2", "1 2"),
            ("2½", "2 1 2"),
            ("St.Ivel", "st ivel"),
            ("rye\u00a0bread", "rye bread"),
            ("Roggen/Weizen", "roggen weizen"),
            ("voll\u00adkorn", "vollkorn"),
            ("&|!'\"<->:*()\\", ""),
            ("Ünder u\u0308ber", "under uber"),
            ("ﬁsh ½", "fish 1 2"),
            ("x" * 500, "x" * 60),
            ("हिन्दी", "हिन्दी"),
        ],
    )
    def test_examples(self, cursor, text, found):
        cursor.execute("SELECT search_words(%s)", (text,))
        assert cursor.fetchone() == (found,)

    def test_words_are_split_no_further_and_hold_nothing_that_a_query_reads(self, cursor):
        @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
        def check(text):
            cursor.execute("SELECT search_words(%s), search_words(search_words(%s))", (text, text))
            once, twice = cursor.fetchone()
            assert once == twice
            for word in once.split():
                assert len(word) <= 60
                assert not set(word) & set(" !\"#$%&'()*+,-/:;<=>?@[\\]^_`{|}~\t\r\n")

        check()


_TYPED = """
WD-40 omega-3 1/2 St.Ivel Roggen/Weizen ½ 1,5l 2½ & ( ) ' ’ " % ® ™ № ﬁ ß İ Ⅳ é ﷺ 中文 हिन्दी العربية ไทย 🍎 a.b 3.5% 0x1F
1e9 http://x.y/z?a=b&c a@b.example <b> &amp; -- \\ 7up B12 ＡＢＣ ① ٣ 1.2.3.4 +49 a_b ¿? «» x² µg €5 *** ☃ l'eau M&M's 100%ig ŒUF
the and or not ''':*
"""
PIECES = [*_TYPED.split(), "e\u0301", "\u200b", "soft\u00adhyphen", "n\u00a0b", "x" * 50]


def nasty_names(number):
    """Return so many different names, each of pieces that come apart in their own way."""
    dice = random.Random(5)
    names = {}
    while len(names) < number:
        glue = dice.choice(["", " ", ", ", "-", "/", " & "])
        name = glue.join(dice.choices(PIECES, k=dice.randint(1, 9))).strip()[:120].strip()
        names[name] = None
    return list(names)


def a_word():
    """Return a word that no other test has: letters alone, as a figure would part it."""
    return unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))


@pytest.fixture(scope="module")
def shelf(cluster, worker_id):
    """A shop with the demo's products and 500 whose names are nasty; its tests only read it."""
    made = cluster.clone(f"shelf_{worker_id}")
    with DEMO.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)] + nasty_names(500)
    kind = category(made)
    values = [(f"p{n}", name, kind.id) for n, name in enumerate(names)]
    with closing(psycopg2.connect(made.owner_url)) as connection, connection:
        execute_values(
            connection.cursor(),
            "INSERT INTO product (code, name, category_id, unit, price, vat_rate) SELECT code, name, category, 'piece', 1, 0.07"
            " FROM (VALUES %s) v (code, name, category)",
            values,
            page_size=1000,
        )
    yield made
    cluster.drop(made.name)


class TestFullNames:
    def test_find_their_product_always(self, shelf):
        """By its words, and where there are none by the name as it stands."""
        missed = rows(
            shelf,
            """
            SELECT p.name, s.query::text, p.search::text FROM product p CROSS JOIN LATERAL sought_products(p.name, false, true) s
            WHERE (p.search @@ s.query) IS NOT TRUE AND search_words(p.name) <> '' OR (p.id = ANY (s.named)) IS NOT TRUE
            """,
        )
        assert missed == []

    def test_find_it_without_case_accents_and_signs(self, shelf):
        missed = rows(
            shelf,
            """
            SELECT p.name FROM product p CROSS JOIN LATERAL sought_products(upper(search_words(p.name)), false, true) s
            WHERE p.id %% 3 = 0 AND (p.search @@ s.query) IS NOT TRUE AND search_words(p.name) <> ''
            """,
        )
        assert missed == []


async def found(client, maker, q, **query):
    answer = await client.get(PRODUCTS, params={"q": q, "brand": maker.code, **query})
    assert answer.json()["partial"] is False, answer.text
    return [item["name"] for item in answer.json()["items"]]


class TestMeet:
    @pytest.mark.parametrize(
        ("name", "q"),
        [
            ("WD-40 oil", "wd40"),
            ("WD40 oil", "WD 40"),
            ("Omega3 capsules", "omega-3"),
            ("Omega-3 capsules", "omega3"),
            ("Cola, 330 ml", "cola 330ml"),
            ("Cola 330ml", "330 ml cola"),
            ("Juice 1,5 l", "juice 1.5L"),
            ("Juice 1.5L", "1,5 l juice"),
            ("St.Ivel spread", "st ivel"),
            ("Rye\u00a0bread", "bread"),
            ("Roggen/Weizen Brot", "weizen"),
            ("½ baguette", "1/2 baguette"),
            ("Fish & chips", "fish and chips"),
            ("Fish and chips", "fish & chips"),
            ("Ice cream", "icecream"),
            ("Icecream", "ice cream"),
            ("Vollkorn Brot", "vollkornbrot"),
            ("Vollkornbrot", "Vollkorn-Brot"),
            ("T-shirt bag", "tshirt bag"),
            ("***", "***"),
        ],
    )
    async def test_what_is_written_in_two_ways(self, client, database, name, q):
        maker = brand(database)
        product(database, name=name, brand=maker)
        assert await found(client, maker, q) == [name]

    async def test_no_compound_of_words_that_do_not_touch(self, client, database):
        maker = brand(database)
        product(database, name="Ice with cream", brand=maker)
        product(database, name="Icecream", brand=maker)
        assert await found(client, maker, "icecream") == ["Icecream"]


class TestNamedProducts:
    async def test_by_code(self, client, database):
        made = product(database, code=unique("Jam"))
        for q in (made.code, f" {made.code} "):
            answer = await client.get(PRODUCTS, params={"q": q})
            assert [item["code"] for item in answer.json()["items"]] == [made.code]
        made = product(database, code=unique("jam"))
        answer = await client.get(PRODUCTS, params={"q": made.code.upper()})
        assert [item["code"] for item in answer.json()["items"]] == [made.code]

    @pytest.mark.parametrize("sort", ["relevance", "name", "price", "newest"])
    async def test_by_barcode_in_any_spelling(self, client, database, sort):
        number = gtin(database)
        made = product(database, gtin=number)
        for q in (number, f"0{number}", f"{number[0]} {number[1:7]} {number[7:]}"):
            answer = await client.get(PRODUCTS, params={"q": q, "sort": sort})
            assert [item["code"] for item in answer.json()["items"]] == [made.code], q

    async def test_come_first(self, client, database):
        mark = a_word()
        by_name = product(database, name=mark)
        by_code = product(database, name="Something else", code=mark)
        longer = product(database, name=f"{mark} two")
        answer = await client.get(PRODUCTS, params={"q": mark})
        codes = [item["code"] for item in answer.json()["items"]]
        assert set(codes[:2]) == {by_code.code, by_name.code}
        assert codes[2:] == [longer.code]

    async def test_withdrawn_ones_among_the_withdrawn(self, client, database):
        made = product(database, name="***", active=False)
        for active in (True, False):
            query = {"q": made.code, "active": str(active).lower()}
            answer = await client.get(PRODUCTS, params=query)
            codes = [item["code"] for item in answer.json()["items"]]
            assert (made.code in codes) != active


class TestOrder:
    async def test_a_singular_ranks_the_loose_fruit_above_what_is_made_of_it(
        self, client, database
    ):
        maker = brand(database)
        for name in (
            "Apple cider vinegar, 500 ml",
            "Apple juice, cloudy, 1 l bottle",
            "Apples, loose",
            "Dry apple cider, 750 ml",
        ):
            product(database, name=name, brand=maker)
        assert (await found(client, maker, "apple"))[0] == "Apples, loose"

    @pytest.mark.parametrize(
        ("q", "first"), [("apple", "Apples"), ("banana", "Bananas"), ("carrot", "Carrots")]
    )
    def test_in_the_demo_shop(self, shelf, q, first):
        statement, parameters = listing(Wanted(q=q, sort="relevance"), 5, None)
        with closing(psycopg2.connect(shelf.app_url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement.sql, parameters)
            assert f'"name":"{first}' in cursor.fetchone()[0]


class TestPart:
    @pytest.fixture
    def shelves(self, database):
        """A brand, a word that only its products have, and four of them: red cup, blue cup, red plate, blue bowl."""
        maker, mark = brand(database), a_word()
        words = {word: f"{word}{mark}" for word in ("red", "blue", "cup", "plate", "bowl")}
        for name in ("red cup", "blue cup", "red plate", "blue bowl"):
            product(database, name=" ".join(words[w] for w in name.split()), brand=maker)
        return maker, mark

    async def ask(self, client, shelves, q, **query):
        maker, mark = shelves
        typed = " ".join(f"{word}{mark}" for word in q.split())
        answer = await client.get(PRODUCTS, params={"q": typed, "brand": maker.code, **query})
        body = answer.json()
        names = {item["name"].replace(mark, "") for item in body["items"]}
        return names, body["partial"], body["next"]

    async def test_is_found_where_all_is_not_and_said(self, client, shelves):
        assert await self.ask(client, shelves, "red cup zzzzzzzz") == ({"red cup"}, True, None)
        assert await self.ask(client, shelves, "plate bowl") == (
            {"red plate", "blue bowl"},
            True,
            None,
        )

    async def test_has_as_many_words_as_any(self, client, shelves):
        assert (await self.ask(client, shelves, "red cup bowl"))[:2] == ({"red cup"}, True)
        assert (await self.ask(client, shelves, "blue cup bowl plate"))[:2] == (
            {"blue cup", "blue bowl"},
            True,
        )

    async def test_is_not_wanted_where_all_is_found(self, client, shelves):
        assert await self.ask(client, shelves, "red cup") == ({"red cup"}, False, None)
        # Nor where a filter leaves nothing of it.
        assert await self.ask(client, shelves, "red cup", max_price="0.01") == (set(), False, None)

    async def test_nothing_is_no_part(self, client, shelves):
        assert await self.ask(client, shelves, "zzzzzzzz yyyyyyyy") == (set(), False, None)

    async def test_comes_in_pages_and_any_order(self, client, shelves):
        first, partial, cursor = await self.ask(client, shelves, "plate bowl", limit=1, sort="name")
        assert (first, partial) == ({"blue bowl"}, True)
        rest = await self.ask(client, shelves, "plate bowl", limit=1, sort="name", cursor=cursor)
        assert rest == ({"red plate"}, True, None)

    async def test_what_was_withdrawn_has_no_part_in_it(self, client, shelves, database):
        maker, mark = shelves
        product(database, name=f"plate{mark} bowl{mark}", brand=maker, active=False)
        assert (await self.ask(client, shelves, "plate bowl"))[0] == {"red plate", "blue bowl"}


class TestRenames:
    async def test_a_few_products_are_found_by_the_new_name_at_once(self, client, database):
        maker, name = brand(database), a_word()
        made = product(database, brand=maker)
        path = f"/api/v1/brands/{maker.code}"
        answer = await client.patch(path, json={"name": name}, headers=as_clerk(database))
        assert answer.status_code == 200
        answer = await client.get(PRODUCTS, params={"q": name})
        (item,) = answer.json()["items"]
        assert (item["code"], item["version"]) == (made.code, 1)
