"""What `q` finds, in which order, and by which means."""

import random
from contextlib import closing
from decimal import Decimal

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web.paging import looked_through
from app.product.products.listing import Wanted, listing
from app.product.products.selection import MOST_RANKED
from tests.builders import brand, category, product, rows, unique

PRODUCTS = "/api/v1/products"


@pytest.fixture
def aisle(database):
    """Five products of one brand: tests look for them among that brand's."""
    maker = brand(database, name="Müllers Hof")
    names = {
        "yoghurt": "Strawberry yoghurt, 150 g cup",
        "chocolate": "Dark chocolate bar 70 % cocoa, 100 g",
        "milk": "Semi-skimmed milk 1.5 % fat, 1 l carton",
        "cheese": "Żółty ser, jałapeño & crème fraîche",
        "mozzarella": "Mozzarella, 125 g",
    }
    kind = category(database, name="Délicatesse")
    made = {
        product(database, name=name, brand=maker, category=kind).code: key
        for key, name in names.items()
    }
    return maker, made


async def find(client, aisle, q, **query):
    maker, made = aisle
    answer = await client.get(PRODUCTS, params={"q": q, "brand": maker.code, **query})
    assert answer.status_code == 200, answer.text
    return [made[item["code"]] for item in answer.json()["items"]]


class TestFinds:
    @pytest.mark.parametrize(
        ("q", "key"),
        [
            ("yoghurt", "yoghurt"),
            ("YOGH", "yoghurt"),
            ("cup straw", "yoghurt"),
            ("semi-skimmed", "milk"),
            ("semi skim", "milk"),
            ("1.5 fat", "milk"),
            ("zolty", "cheese"),
            ("ŻÓŁTY ser", "cheese"),
            ("jalapeno", "cheese"),
            ("creme fraiche", "cheese"),
            ("cre\u0300me", "cheese"),
            # Typing errors.
            ("yogurt", "yoghurt"),
            ("joghurt", "yoghurt"),
            ("chocolte", "chocolate"),
            ("choclate bar", "chocolate"),
            ("mozarella", "mozzarella"),
            ("mozzarela 125", "mozzarella"),
            ("semi skimed milc", "milk"),
            ("strawbery yoghurt", "yoghurt"),
            # In short words too: a letter that is missing, one too many, two that changed places.
            ("skimmed mlk", "milk"),
            ("mlik", "milk"),
            ("fatt milk", "milk"),
        ],
    )
    async def test_one(self, client, aisle, q, key):
        assert (await find(client, aisle, q))[:1] == [key]

    async def test_a_unit_is_no_misspelt_word(self, client, database):
        maker = brand(database)
        product(database, brand=maker, name="Hand cream, 75 ml")
        milk = product(database, brand=maker, name="Whole milk, 1 l")
        answer = await client.get(PRODUCTS, params={"q": "mlk", "brand": maker.code})
        assert [item["code"] for item in answer.json()["items"]] == [milk.code]

    async def test_a_new_word_is_known_at_once_and_after_a_new_name(self, client, database):
        made = product(database, name="Kumquats")
        for name, q in (("Kumquats", "kumqats"), ("Physalis", "phisalis")):
            rows(
                database,
                "UPDATE product SET name = %(name)s WHERE id = %(id)s",
                name=name,
                id=made.id,
            )
            answer = await client.get(PRODUCTS, params={"q": q})
            assert made.code in [item["code"] for item in answer.json()["items"]], q

    async def test_every_word_must_be_found_where_any_product_has_them_all(self, client, aisle):
        assert await find(client, aisle, "strawberry yoghurt") == ["yoghurt"]

    async def test_by_brand_and_category_too(self, client, aisle):
        assert len(await find(client, aisle, "muller")) == 5
        assert await find(client, aisle, "delicatesse mozzarella") == ["mozzarella"]

    async def test_blank_is_no_search(self, client, aisle):
        for q in ("", "   "):
            assert len(await find(client, aisle, q)) == 5

    async def test_no_word_finds_nothing(self, client, aisle):
        assert await find(client, aisle, "&|!") == []

    async def test_a_known_word_finds_what_is_near_only(self, client, database):
        mark = unique("").replace("-", "")
        right = product(database, name=f"{mark}orange")
        product(database, name=f"{mark[:3]}range")
        answer = await client.get(PRODUCTS, params={"q": f"{mark}orange"})
        assert [item["code"] for item in answer.json()["items"]] == [right.code]

    async def test_the_name_counts_most(self, client, database):
        mark = unique("").replace("-", "")
        kind = category(database, name=f"{mark} things")
        by_kind = product(database, name="Something else", category=kind).code
        long = product(database, name=f"A rather long name for {mark}").code
        short = product(database, name=mark).code
        near = product(database, name=f"{mark[:-1]}").code
        answer = await client.get(PRODUCTS, params={"q": mark})
        found = [item["code"] for item in answer.json()["items"]]
        assert [code for code in found if code != near] == [short, long, by_kind]


class TestOddInput:
    @pytest.mark.parametrize(
        "q",
        [
            "&|!'\"<->:*",
            "a & b | !c <-> 'd':*",
            "'",
            "\\",
            "'':* \\' ''",
            "%s %(q)s %% $1 {0} {n}",
            "x" * 500,
            "ab " * 166,
            "\ufdfa" * 500,
            # One letter that is four: a word longer than a lexeme may be.
            "\ufdf2" * 500,
            "㎯" * 500,
            "ŉ’‘“”«»",
            "\u202e\u200b\ufeff",
            "http://x.y/z?a=b&c=d user@example.com 1e309 -0 +1 0x1F",
            "हिन्दी 中文 العربية ไทย \N{ROCKET}",
        ],
    )
    @pytest.mark.parametrize("sort", ["relevance", "name"])
    async def test_never_an_error(self, client, q, sort):
        answer = await client.get(PRODUCTS, params={"q": q, "sort": sort})
        assert answer.status_code == 200, answer.text

    async def test_any_text(self, client):
        @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
        def check(text):
            found.append(text)

        found: list[str] = []
        check()
        for text in found:
            answer = await client.get(PRODUCTS, params={"q": text, "limit": 1})
            assert answer.status_code == 200, (text, answer.text)


@pytest.fixture
def warehouse(fresh_database):
    """A database with 10,000 products of made-up names, and their statistics."""
    kind, maker = category(fresh_database), brand(fresh_database)
    rows(
        fresh_database,
        """
        INSERT INTO product (code, name, brand_id, category_id, unit, price, vat_rate)
        SELECT 'p' || n, md5(n::text) || ' ' || md5((n %% 97)::text) || ' milk'
                  || CASE WHEN n %% 100 = 0 THEN ' chocolate' ELSE '' END,
               %(brand)s, %(category)s, 'piece', 1 + n %% 900, 0.07
        FROM generate_series(1, 10000) n
        """,
        brand=maker.id,
        category=kind.id,
    )
    # As autovacuum does: statistics, and the indexes' lists of what is not in them yet.
    with closing(psycopg2.connect(fresh_database.owner_url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE product, stock_level")
    return fresh_database


def keys(database, wanted):
    """Return the sort keys of what a client finds on all pages of a hundred."""
    found, after = [], None
    with closing(psycopg2.connect(database.app_url)) as connection, connection.cursor() as cursor:
        while True:
            statement, parameters = listing(wanted, 101, after)
            cursor.execute(statement.sql, parameters)
            page = [row[1:] for row in looked_through(cursor.fetchall())]
            found += page[:100]
            if len(page) < 101:
                return found
            after = page[99]


class TestVeryMany:
    def test_a_thousand_are_ranked_and_all_are_sorted(self, warehouse):
        ranked = keys(warehouse, Wanted(q="milk", sort="relevance"))
        assert len(ranked) == len(set(ranked)) == MOST_RANKED
        assert ranked == sorted(ranked, reverse=True)
        assert len(keys(warehouse, Wanted(q="milk", sort="price"))) == 10_000

    def test_a_filter_comes_before_the_ranking(self, warehouse):
        wanted = Wanted(q="milk", sort="relevance", min_price=Decimal("900.00"))
        assert len(keys(warehouse, wanted)) == 11


class TestWordsThatAreMeant:
    def test_are_those_that_a_look_at_every_word_finds(self, fresh_database):
        """However a word is misspelt, the index of forms leads to what comparing it with all words finds."""
        letters, dice = "abc", random.Random(3)
        known = {"".join(dice.choices(letters, k=dice.randint(3, 11))) for _ in range(400)}
        typed = ["".join(dice.choices(letters, k=dice.randint(3, 11))) for _ in range(400)]
        with closing(psycopg2.connect(fresh_database.owner_url)) as connection:
            cursor = connection.cursor()
            cursor.execute("INSERT INTO product_word SELECT unnest(%s)", (sorted(known),))
            cursor.execute(
                "SELECT t, sought_words(t)::text, meant_words(t)::text FROM unnest(%s) t", (typed,)
            )
            found = cursor.fetchall()
        # A word that begins no other one is asked for alone, which finds the same.
        assert [(word, sought.replace(":*", "")) for word, sought, _ in found] == [
            (word, meant.replace(":*", "")) for word, _, meant in found
        ]
        for text in (text for _, sought, _ in found for text in sought.split(" | ")):
            word = text.removesuffix(":*").strip("'")
            others = [other for other in known if other.startswith(word) and other != word]
            assert text.endswith(":*") == (bool(others) or word not in known), text
        assert sum("|" in meant for *_, meant in found) > 20

    def test_a_word_that_only_begins_one_with_figures_finds_that_one(self, fresh_database):
        """To say that nothing else begins with a word, those with figures have to be known as well."""
        for name in ("Omega seeds", "Omega3 capsules", "Zeta seeds"):
            product(fresh_database, name=name)
        for word, found in {
            "omega": {"Omega seeds", "Omega3 capsules"},
            "zeta": {"Zeta seeds"},
        }.items():
            sql = f"SELECT name FROM product WHERE search @@ sought_words('{word}')"
            assert {row.name for row in rows(fresh_database, sql)} == found
