"""A word that very many products have: what it finds is walked through, and a page costs the same whatever is wanted of it."""

from contextlib import closing
from decimal import Decimal

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.core.web.paging import looked_through
from app.product.products.listing import Wanted, listing
from tests.support.sparse import explained

ORDERS = {
    "name": "plain_text(p.name), p.id",
    "newest": "p.id DESC",
    "price": "o.unit_price, p.price, p.id",
    "-price": "o.unit_price DESC, p.price DESC, p.id DESC",
}
FILTERS = {
    "in_stock": ({"in_stock": False}, "a.available <= 0"),
    "price": (
        {"min_price": Decimal("2.50"), "max_price": Decimal("4.00")},
        "o.unit_price BETWEEN 2.5 AND 4",
    ),
    "brand": ({"brand": "brand-7"}, "p.brand_id = 7"),
    "category and price": (
        {"category": "category-1", "max_price": Decimal("3.00"), "in_stock": True},
        "p.category_id IN (SELECT id FROM category WHERE 1 IN (id, parent_id)) AND o.unit_price <= 3 AND a.available > 0",
    ),
}


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


def page(cursor, wanted, after):
    """Return the keys of a page of a hundred, and of where it goes on."""
    statement, parameters = listing(wanted, 101, after)
    cursor.execute(statement.sql, parameters)
    rows = looked_through(cursor.fetchall())
    found = [row[1:] for row in rows if row[0] is not None]
    stopped = rows[-1][1:] if rows and rows[-1][0] is None else None
    return found[:100], found[99] if len(found) > 100 else stopped


def ids(cursor, wanted, pages):
    """Return the ids of what is on so many pages, and whether there are no more."""
    found, after = [], None
    for _ in range(pages):
        keys, after = page(cursor, wanted, after)
        found += [key[-1] for key in keys]
        if after is None:
            break
    return found, after is None


class TestWalk:
    @pytest.mark.parametrize(
        ("sort", "q"), [*((sort, "goods") for sort in ORDERS), ("name", None), ("-price", None)]
    )
    @pytest.mark.parametrize("filters", FILTERS)
    def test_finds_all_in_order_on_pages_that_may_be_short(self, cursor, sort, filters, q):
        wanted, condition = FILTERS[filters]
        found, ended = ids(cursor, Wanted(q=q, sort=sort, **wanted), 200)
        cursor.execute(
            f"""
            SELECT p.id FROM product p JOIN offer o ON o.product_id = p.id JOIN availability a ON a.product_id = p.id
            WHERE p.active AND {condition} ORDER BY {ORDERS[sort]}
            """
        )
        assert ended
        assert found == [id_ for (id_,) in cursor.fetchall()]

    def test_a_page_of_what_is_common_is_full(self, cursor):
        for sort in ORDERS:
            keys, _ = page(cursor, Wanted(q="goods", sort=sort, in_stock=True), None)
            assert len(keys) == 100, sort

    def test_all_of_a_brand_are_ranked(self, cursor):
        found, ended = ids(cursor, Wanted(q="goods", sort="relevance", brand="brand-7"), 5)
        cursor.execute("SELECT id FROM product WHERE active AND brand_id = 7")
        assert ended
        assert sorted(found) == sorted(id_ for (id_,) in cursor.fetchall())

    def test_what_is_named_is_among_them(self, cursor):
        found, _ = ids(cursor, Wanted(q="goods", sort="name", brand="brand-7"), 5)
        cursor.execute(
            "UPDATE product SET code = 'goods', search_text = '' WHERE id = %s", (found[9],)
        )
        again, _ = ids(cursor, Wanted(q="goods", sort="name", brand="brand-7"), 5)
        assert again == found


class TestCost:
    @pytest.mark.parametrize("sort", [*ORDERS, "relevance"])
    def test_has_a_bound_whatever_is_wanted(self, cursor, sort):
        """Ten thousand that are found, and two thousand that are looked at, with the level and the expired lots of each.

        The order by relevance looks at the stock of those that are found.
        """
        for wanted in (
            {"in_stock": False},
            {"in_stock": True, "min_price": Decimal(9999)},
            {"category": "category-1", "in_stock": False},
            {"brand": "brand-7", "in_stock": False},
        ):
            rows, _ = explained(cursor, *listing(Wanted(q="goods", sort=sort, **wanted), 21, None))
            assert rows <= (22_000 if sort == "relevance" else 17_000), wanted

    @pytest.mark.parametrize("q", ["g h i j k l m n", "goods go goo good ij ijk nopq lkjhgfdsa"])
    def test_to_find_the_best_part_has_one_too(self, cursor, q):
        """Most products have most of these words; the server counts what a function reads."""
        cursor.execute("SELECT query FROM sought_products(%s, true, true)", (q,))
        cursor.execute(
            "SELECT coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'product'"
        )
        ((read,),) = cursor.fetchall()
        assert read <= 2 * 8 * 300 + 100
