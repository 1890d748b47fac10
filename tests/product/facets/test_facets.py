"""How many of the products that a list has are of each kind."""

from contextlib import closing

import httpx
import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.factory import create_app, create_asgi_app
from app.product.facets.schemas import FACETS
from app.product.products.facets import counting, kept
from app.product.products.listing import Wanted
from app.product.products.selection import MOST_FOUND
from app.product.products.walk import MOST_LOOKED_AT
from tests.builders import brand, category, discount, product, rows, stocked, unique
from tests.support.asgi import running
from tests.support.sparse import SPARSE, explained

PRODUCTS = "/api/v1/products"


ALL = ",".join(FACETS)


async def facets(client, names=ALL, **query):
    answer = await client.get(PRODUCTS, params={"facets": names, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["facets"]


def counts(found, facet):
    return {item["code"]: item["count"] for item in found[facet]}


def ranges(found):
    return [(item["min_price"], item["max_price"], item["count"]) for item in found["price"]]


class TestFacets:
    async def test_count_what_the_whole_list_has(self, client, database):
        maker, other = brand(database), brand(database)
        top = category(database)
        below = category(database, parent=top, name='The "one" below')
        for _ in range(3):
            product(database, "0.99", brand=maker, category=below, allergens={"milk": "contains"})
        product(database, "1.00", brand=other, category=top, allergens={"milk": "may_contain"})
        product(database, "12.00", category=top, allergens={"milk": "free", "gluten": "contains"})
        answer = await client.get(
            PRODUCTS, params={"facets": ",".join(FACETS), "category": top.code, "limit": 2}
        )
        assert len(answer.json()["items"]) == 2
        assert answer.json()["facets"] == {
            "more": False,
            "counted_at": None,
            "brand": [
                {"code": maker.code, "name": maker.name, "count": 3},
                {"code": other.code, "name": other.name, "count": 1},
            ],
            "category": [
                {"code": below.code, "name": below.name, "count": 3},
                {"code": top.code, "name": top.name, "count": 2},
            ],
            "price": [
                {"min_price": "0.00", "max_price": "0.99", "count": 3},
                {"min_price": "1.00", "max_price": "1.99", "count": 1},
                {"min_price": "10.00", "max_price": "19.99", "count": 1},
            ],
            "allergens": [
                {"allergen": "gluten", "contains": 1, "may_contain": 0, "free": 0},
                {"allergen": "milk", "contains": 3, "may_contain": 1, "free": 1},
            ],
        }

    async def test_are_there_where_they_are_asked_for(self, client, database):
        maker = brand(database)
        product(database, brand=maker)
        answer = await client.get(PRODUCTS, params={"brand": maker.code})
        assert "facets" not in answer.json()
        assert (await facets(client, "price", brand=maker.code)).keys() == {
            *("more", "counted_at", "price")
        }

    async def test_of_nothing_are_empty(self, client):
        found = await facets(client, brand=unique())
        assert found == {"more": False, "counted_at": None} | {name: [] for name in FACETS}

    async def test_prices_are_those_of_today(self, client, database):
        maker = brand(database)
        product(database, "2.10", brand=maker, discount=discount(database, "0.1000"))
        product(database, "2.10", brand=maker)
        product(database, "250000.00", brand=maker)
        found = ranges(await facets(client, "price", brand=maker.code))
        assert found == [("1.00", "1.99", 1), ("2.00", "4.99", 1), ("100000.00", None, 1)]
        for low, high, count in found:
            query = {"min_price": low} | ({"max_price": high} if high else {})
            answer = await client.get(PRODUCTS, params={"brand": maker.code, **query})
            assert len(answer.json()["items"]) == count

    async def test_go_by_every_filter(self, client, database):
        maker, kind = brand(database), category(database)
        wanted = {
            "brand": maker.code,
            "category": kind.code,
            "min_price": "1.00",
            "max_price": "3.00",
            "allergen_free": "milk",
            "diet": "vegan",
            "in_stock": "true",
        }
        good = {"brand": maker, "category": kind, "price": "2.00", "diets": ["vegan"]}
        good["allergens"] = {"milk": "free"}
        for change in (
            *(
                {},
                {"brand": None},
                {"category": category(database)},
                {"price": "0.99"},
                {"price": "3.01"},
            ),
            *({"allergens": {}}, {"diets": []}, {"active": False}),
        ):
            stocked(database, product(database, **good | change), 1)
        product(database, **good)
        assert counts(await facets(client, "brand", **wanted), "brand") == {maker.code: 1}
        # Without one of them, there is one more.
        for name in wanted.keys() - {"brand"}:
            rest = {key: value for key, value in wanted.items() if key != name}
            found = await facets(client, "brand", **rest)
            assert counts(found, "brand") == {maker.code: 2}, name
        rest = {"brand": maker.code, "active": "false"}
        assert counts(await facets(client, "brand", **rest), "brand") == {maker.code: 1}

    @pytest.mark.parametrize("sort", ["name", "price", "-price", "newest"])
    async def test_are_the_same_in_any_order(self, client, database, sort):
        maker = brand(database)
        for n in range(3):
            product(database, f"{n}.50", brand=maker)
        found = await facets(client, brand=maker.code, sort=sort, min_price="1.00")
        assert ranges(found) == [("1.00", "1.99", 1), ("2.00", "4.99", 1)]

    async def test_of_what_a_search_finds(self, client, database):
        mark = unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))
        first, second = brand(database), brand(database)
        product(database, name=f"{mark} one", brand=first)
        product(database, name="Inside", brand=second, ingredients=mark)
        product(database, name="By code", code=mark, brand=second)
        for sort in ("relevance", "name"):
            found = await facets(client, "brand", q=mark, sort=sort)
            assert counts(found, "brand") == {first.code: 1, second.code: 2}
        narrowed = await facets(client, "brand", q=mark, brand=second.code)
        assert counts(narrowed, "brand") == {second.code: 2}

    async def test_of_what_has_a_part_of_the_words(self, client, database):
        mark = unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))
        maker = brand(database)
        product(database, name=f"{mark} one", brand=maker)
        found = await facets(client, "brand", q=f"{mark} {mark[::-1]}x")
        assert counts(found, "brand") == {maker.code: 1}

    async def test_of_later_pages_are_those_of_the_first(self, client, database):
        maker = brand(database)
        for _ in range(3):
            product(database, brand=maker)
        query = {"brand": maker.code, "facets": "price", "limit": 1}
        first = await client.get(PRODUCTS, params=query)
        second = await client.get(first.links["next"]["url"])
        assert second.json()["facets"] == first.json()["facets"]
        # The page behind is the same page without them.
        query = {"brand": maker.code, "limit": 1, "cursor": first.json()["next"]}
        alone = await client.get(PRODUCTS, params=query)
        assert alone.json()["items"] == second.json()["items"]

    @pytest.mark.parametrize("names", ["", "brand,", "brands", "brand,brand", "brand, price"])
    async def test_that_are_none_are_refused(self, client, names):
        answer = await client.get(PRODUCTS, params={"facets": names})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith("/query/facets")


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's, of a large shop."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


def asked(cursor, wanted):
    statement, parameters = counting(wanted, FACETS)
    cursor.execute(statement.sql, parameters)
    return cursor.fetchone()


class TestVeryMany:
    def test_are_counted_up_to_a_thousand(self, cursor):
        for wanted, more in (
            (Wanted(), True),
            (Wanted(active=False), False),
            (Wanted(brand="brand-7"), False),
            (Wanted(category="category-1"), True),
            (Wanted(q="goods"), True),
            (Wanted(q="goods", brand="brand-7"), False),
            (Wanted(q="goods", category="category-8"), False),
        ):
            found, said = asked(cursor, wanted)
            assert said == more, wanted
            assert f'"more":{str(more).lower()}' in found

    def test_all_of_a_brand_are_counted_of_a_word_that_very_many_have(self, cursor):
        found, _ = asked(cursor, Wanted(q="goods", brand="brand-7"))
        cursor.execute("SELECT count(*) FROM product WHERE active AND brand_id = 7")
        assert f'"code":"brand-7","name":"Brand 7","count":{cursor.fetchone()[0]}}}' in found

    @pytest.mark.parametrize("q", [None, "goods"])
    def test_costs_the_same_whatever_is_wanted(self, cursor, q):
        filters = [{}, *SPARSE.values(), {"category": "category-1"}, {"allergen_free": ["milk"]}]
        for wanted in filters:
            rows_, _ = explained(cursor, *counting(Wanted(q=q, **wanted), FACETS))
            # Each is found, read, and asked for its level and the lots of it that have expired.
            bound = (MOST_FOUND if q else 0) + 5.2 * MOST_LOOKED_AT + 1000
            assert rows_ <= bound, wanted


class TestAll:
    @pytest.fixture
    def shop(self, fresh_database):
        """A shop of 1,200 products of three brands."""
        makers = [brand(fresh_database) for _ in range(3)]
        kind = category(fresh_database)
        rows(
            fresh_database,
            """
            INSERT INTO product (code, name, brand_id, category_id, unit, price, vat_rate, allergens, active)
            SELECT 'p' || n, 'Name ' || n, CASE WHEN n %% 4 < 3 THEN (%(makers)s::bigint[])[1 + n %% 4] END, %(kind)s, 'piece',
                   1 + n %% 2, 0.07, CASE WHEN n %% 6 = 0 THEN '{"milk": "contains"}'::jsonb ELSE '{}' END, n <= 1200
            FROM generate_series(1, 1300) n
            """,
            makers=[maker.id for maker in makers],
            kind=kind.id,
        )
        return fresh_database

    def count(self, on, step):
        """Have all be counted in steps; return how many each came to."""
        steps = []
        while not steps or steps[-1]:
            found = rows(on, "SELECT count_facets(%(step)s) AS n", step=step)
            steps.append(found[0].n)
        return steps

    def read(self, on):
        with closing(psycopg2.connect(on.app_url)) as connection, connection.cursor() as made:
            made.execute(kept(frozenset(FACETS)).sql)
            row = made.fetchone()
            return row and row[0]

    def test_are_what_was_counted_last(self, shop):
        assert self.read(shop) is None
        assert self.count(shop, 500) == [500, 500, 200, 0]
        found = self.read(shop)
        assert '"more":false' in found
        assert found.count('"count":300') == 3
        assert '{"min_price":"1.00","max_price":"1.99","count":600}' in found
        assert '{"allergen":"milk","contains":200,"may_contain":0,"free":0}' in found

    def test_a_round_takes_the_place_of_the_one_before(self, shop):
        self.count(shop, 500)
        rows(shop, "UPDATE product SET active = true")
        rows(shop, "UPDATE product SET brand_id = NULL")
        before = self.read(shop)
        assert self.count(shop, 600) == [0]
        rows(shop, "UPDATE facet_round SET counted_at = counted_at - interval '1 hour'")
        assert rows(shop, "SELECT count_facets(400) AS n")[0].n == 400
        # Half a round is none.
        assert self.read(shop).partition('"brand"')[2] == before.partition('"brand"')[2]
        self.count(shop, 350)
        assert '"brand":[]' in self.read(shop)
        assert len(rows(shop, "SELECT DISTINCT round FROM facet_count")) == 1

    async def test_are_what_a_list_says_that_nothing_filters(self, shop, make_settings):
        served = create_asgi_app(create_app(make_settings(shop)))
        async with (
            running(served) as started,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=started), base_url="http://shop.test"
            ) as client,
        ):
            found = await facets(client, "category")
            assert found["more"]
            assert found["counted_at"] is None
            assert found["category"][0]["count"] > 1000
            self.count(shop, 500)
            found = await facets(client, "category", sort="newest")
            assert not found["more"]
            assert found["counted_at"]
            assert found["category"][0]["count"] == 1200
            filtered = await facets(client, "category", in_stock="false")
            assert filtered["more"]
            assert filtered["category"][0]["count"] <= 1001

    def test_of_few_need_no_counting(self, fresh_database):
        product(fresh_database)
        assert self.count(fresh_database, 500) == [0]
        assert self.read(fresh_database) is None


def test_each_price_is_in_the_range_that_names_it(database):
    found = rows(
        database,
        """
        SELECT p FROM generate_series(0.01, 300, 0.01) p, LATERAL (SELECT width_bucket(p, price_ranges()) n) b
        WHERE p < coalesce((price_ranges())[n], 0) OR p > (price_ranges())[n + 1] - 0.01
        """,
    )
    assert found == []
