"""The list of products: filters, orders and pages."""

import itertools
import random
from datetime import date
from decimal import Decimal

import pytest

from app.product.products.schemas import Product
from tests.builders import brand, category, discount, product, stocked, unique

PRODUCTS = "/api/v1/products"
SORTS = ["name", "price", "-price", "newest", "relevance"]


async def codes(client, **query):
    answer = await client.get(PRODUCTS, params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def walk(client, between=lambda: None, **query):
    """Return the items of all pages; call `between` after each."""
    url, seen = str(client.build_request("GET", PRODUCTS, params=query).url), []
    while url:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["items"]
        assert len(seen) < 1000, "the pages have no end"
        url = answer.links.get("next", {}).get("url")
        assert (url is None) == (answer.json()["next"] is None)
        between()
    return seen


class TestFilters:
    async def test_brand(self, client, database):
        maker = brand(database)
        made = product(database, brand=maker)
        product(database, brand=brand(database))
        assert await codes(client, brand=maker.code) == [made.code]

    async def test_category_with_all_below_it(self, client, database):
        top = category(database)
        middle = category(database, parent=top)
        lowest = category(database, parent=middle)
        other = category(database, parent=top)
        made = [
            product(database, category=kind, name=f"p{n}").code
            for n, kind in enumerate((top, middle, lowest, other))
        ]
        product(database)
        assert await codes(client, category=top.code) == made
        assert await codes(client, category=middle.code) == made[1:3]
        assert await codes(client, category=lowest.code) == made[2:3]

    async def test_unknown_codes_find_nothing(self, client):
        for name in ("brand", "category"):
            assert await codes(client, **{name: unique()}) == []

    async def test_prices_are_those_charged(self, client, database):
        maker, half = brand(database), discount(database, "0.5000")
        cheap = product(database, "4.00", brand=maker, discount=half).code
        dear = product(database, "3.00", brand=maker).code
        assert await codes(client, brand=maker.code, max_price="2.99") == [cheap]
        assert await codes(client, brand=maker.code, min_price="2.01") == [dear]
        assert await codes(client, brand=maker.code, min_price="2.00", max_price="2") == [cheap]
        assert await codes(client, brand=maker.code, sort="price") == [cheap, dear]

    async def test_in_stock(self, client, database):
        maker = brand(database)
        full, empty, old = (product(database, brand=maker, name=n) for n in "abc")
        stocked(database, full, 3)
        stocked(database, old, 3, expires_on=date(2020, 1, 1))
        assert await codes(client, brand=maker.code, in_stock="true") == [full.code]
        assert await codes(client, brand=maker.code, in_stock="false") == [empty.code, old.code]

    async def test_withdrawn_ones_only_when_asked_for(self, client, database):
        maker = brand(database)
        sold, gone = product(database, brand=maker), product(database, brand=maker, active=False)
        assert await codes(client, brand=maker.code) == [sold.code]
        assert await codes(client, brand=maker.code, active="false") == [gone.code]

    async def test_all_at_once(self, client, database):
        maker, top, half = brand(database), category(database), discount(database, "0.5000")
        made = product(
            database,
            "4.00",
            name="Blaubeeren",
            brand=maker,
            category=category(database, parent=top),
            discount=half,
        )
        stocked(database, made, 1)
        query = {
            "q": "blaubere",
            "brand": maker.code,
            "category": top.code,
            "min_price": "1",
            "max_price": "3.00",
            "in_stock": "true",
            "active": "true",
        }
        for sort in SORTS:
            assert await codes(client, **query, sort=sort) == [made.code]
        answer = await client.get(PRODUCTS, params=query)
        Product.model_validate_json(client_json(answer.json()["items"][0]))

    @pytest.mark.parametrize(
        "query",
        [
            "sort=cheapest",
            "sort=relevance",
            "sort=relevance&q=%20",
            "min_price=NaN",
            "min_price=-1",
            "max_price=1.001",
            "in_stock=yes",
            "in_stock=1",
            "active=",
            "brand=A%20B",
            "brand=a&brand=b",
            "supplier=x",
            "q=" + "x" * 501,
            "q=%00",
            "limit=0",
            "cursor=abc",
        ],
    )
    async def test_wrong_queries_are_refused(self, client, query):
        answer = await client.get(f"{PRODUCTS}?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"]


def client_json(item):
    import json

    return json.dumps(item)


@pytest.fixture
def shelf(database):
    """Products of one brand that share names and prices."""
    maker, mark, dice = brand(database), unique("").replace("-", ""), random.Random(7)
    half = discount(database, "0.5000")
    names = [f"{mark} {word}" for word in ("Milk", "mílk", "Bread", "Ünder")]
    made = [
        product(
            database,
            dice.choice(["1.00", "2.00", "2.01"]),
            name=dice.choice(names),
            brand=maker,
            discount=dice.choice([None, half]),
        )
        for _ in range(37)
    ]
    return maker, mark, [row.code for row in made]


class TestPages:
    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("limit", [1, 3, 36, 37, 38])
    async def test_each_product_comes_once(self, client, shelf, sort, limit):
        maker, mark, made = shelf
        seen = await walk(client, q=mark, brand=maker.code, sort=sort, limit=limit)
        assert sorted(item["code"] for item in seen) == sorted(made)

    async def test_they_are_in_order(self, client, shelf):
        maker, _, made = shelf
        prices = [
            Decimal(item["price"])
            for item in await walk(client, brand=maker.code, sort="price", limit=5)
        ]
        assert prices == sorted(prices)
        falling = await walk(client, brand=maker.code, sort="-price", limit=5)
        assert [Decimal(item["price"]) for item in falling] == prices[::-1]
        newest = await walk(client, brand=maker.code, sort="newest", limit=5)
        assert [item["code"] for item in newest] == made[::-1]
        names = [item["name"] for item in await walk(client, brand=maker.code, limit=5)]
        places = [name.split()[1].lower().replace("í", "i") for name in names]
        assert [key for key, _ in itertools.groupby(places)] == ["bread", "milk", "ünder"]

    @pytest.mark.parametrize("sort", SORTS)
    async def test_what_is_added_meanwhile_moves_nothing(self, client, database, shelf, sort):
        maker, mark, made = shelf
        dice = random.Random(8)

        def add():
            name = f"{mark} {dice.choice(['aaa', 'Milk', 'zzz'])}"
            product(database, dice.choice(["1.00", "2.00"]), name=name, brand=maker)

        seen = await walk(client, add, q=mark, brand=maker.code, sort=sort, limit=10)
        found = [item["code"] for item in seen if item["code"] in made]
        assert sorted(found) == sorted(made)
        assert len(seen) == len({item["code"] for item in seen})

    async def test_a_cursor_is_bound_to_its_list(self, client, shelf):
        maker, mark, _ = shelf
        query = {"brand": maker.code, "limit": 2}
        cursor = (await client.get(PRODUCTS, params=query)).json()["next"]
        answer = await client.get(PRODUCTS, params={**query, "limit": 5, "cursor": cursor})
        assert answer.status_code == 200
        for change in ({"sort": "price"}, {"q": mark}, {"brand": unique()}, {"in_stock": "true"}):
            answer = await client.get(PRODUCTS, params={**query, "cursor": cursor, **change})
            assert answer.status_code == 422

    @pytest.mark.parametrize("letter", ["\N{ROCKET}", "字", "㎯", '"', "\\", "%"])
    async def test_names_of_any_letters_make_cursors(self, client, database, letter):
        maker = brand(database)
        made = [product(database, name=letter * 120, brand=maker).code for _ in range(3)]
        seen = await walk(client, brand=maker.code, limit=1)
        assert [item["code"] for item in seen] == made
