"""What `q` finds, in which order, and by which means."""

import unicodedata
from contextlib import closing

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.product.listing import Wanted, listing
from app.product.search import MAX_LETTERS, MAX_WORDS, words
from tests.builders import brand, category, product, rows, unique

PRODUCTS = "/api/v1/products"


class TestWords:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", []),
            ("  Whole   MILK ", ["whole", "milk"]),
            ("milk milk Milk", ["milk"]),
            ("3.5 % fat, 1l.", ["3.5", "fat", "1l"]),
            ("semi-skimmed o'neill", ["semi", "skimmed", "o", "neill"]),
            ("&|!'\"<->:*()\\", []),
            ("Ünder u\u0308ber", ["ünder", "über"]),
            ("ﬁsh ½", ["fish", "1", "2"]),
            ("x" * 500, ["x" * MAX_LETTERS]),
            ("हिन्दी", ["हिन्दी"]),
        ],
    )
    def test_examples(self, text, found):
        assert words(text) == found

    @given(st.text(max_size=500))
    def test_nothing_is_left_that_a_query_language_reads(self, text):
        found = words(text)
        assert len(found) <= MAX_WORDS
        for word in found:
            assert 1 <= len(word) <= MAX_LETTERS
            assert all(c == "." or unicodedata.category(c)[0] in "LMN" for c in word)


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

    async def test_every_word_must_be_found(self, client, aisle):
        assert await find(client, aisle, "strawberry chocolate") == []

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


def plan(database, wanted):
    """Return the plan that PostgreSQL makes, at the first page and in the app's own role."""
    statement, parameters = listing(wanted, 21, None)
    with closing(psycopg2.connect(database.app_url)) as connection:
        cursor = connection.cursor()
        cursor.execute(f"EXPLAIN {statement.sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


class TestPlans:
    @pytest.mark.parametrize("words", [("chocolate",), ("chocolte",), ("chocolate", "chocolte")])
    def test_a_search_uses_its_index_right_or_misspelt(self, warehouse, words):
        for sort in ("relevance", "name", "price"):
            found = plan(warehouse, Wanted(words=words, sort=sort))
            assert "Bitmap Index Scan on product_search " in found, found
            assert "Seq Scan on product p" not in found, found

    def test_pages_by_name_follow_an_index(self, warehouse):
        found = plan(warehouse, Wanted())
        assert "Index Scan using product_name" in found, found
        assert "Sort" not in found.split("Limit")[1].split("product_name")[0], found
