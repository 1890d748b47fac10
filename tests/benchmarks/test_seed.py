"""The shop of the benchmarks: of any size, consistent, and as the database's own triggers would have made it."""

from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest
from psycopg2.extras import Json

from app.commands.consistency import breaches, snapshot
from benchmarks.loads import seed
from benchmarks.loads.words import ADJECTIVES, MOST_WORDS, mistyped, word
from tests.builders import rows
from tests.builders.rows import value
from tests.support.database import Cluster, Database

PRODUCTS, PURCHASES = 1200, 300


@pytest.fixture(scope="module")
def seeded(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    """A shop with everything that the seeder can make; its tests only read it."""
    made = cluster.clone(f"seeded_{worker_id}")
    seed.products(made.owner_url, PRODUCTS)
    seed.customers(made.owner_url, 5)
    seed.purchases(made.owner_url, PURCHASES // 3)
    seed.purchases(made.owner_url, PURCHASES - PURCHASES // 3)
    on_sale = rows(made, "SELECT id FROM product WHERE active ORDER BY id")
    seed.carts(made.owner_url, [product.id for product in on_sale], 1, 50)
    yield made
    cluster.drop(made.name)


class TestShop:
    def test_is_consistent(self, seeded: Database) -> None:
        with snapshot(seeded.owner_url) as cursor:
            assert breaches(cursor) == []

    @pytest.mark.parametrize(
        ("table", "number"),
        [
            ("product", PRODUCTS),
            ("stock", PRODUCTS),
            ("stock_level", PRODUCTS),
            ("brand", PRODUCTS // 50),
            ("category WHERE parent_id IS NULL", 8),
            ("category WHERE parent_id IS NOT NULL", 40),
            ("purchase", PURCHASES),
            ("purchase WHERE status = 'placed'", PURCHASES // 10),
            ("purchase_line", 2 * PURCHASES),
            ("cart WHERE status = 'open'", 50),
            ("cart_item", 150),
            ("customer", 5),
        ],
    )
    def test_has_the_size_that_was_asked_for(
        self, seeded: Database, table: str, number: int
    ) -> None:
        assert value(seeded, f"SELECT count(*) FROM {table}") == number

    def test_has_withdrawn_products_and_running_discounts(self, seeded: Database) -> None:
        assert value(seeded, "SELECT count(*) FROM product WHERE NOT active") == pytest.approx(
            PRODUCTS / 33, abs=2
        )
        # No other discount takes off more than these two.
        theirs = "SELECT count(*) FROM offer WHERE discount_terms ->> 'code' IN ('week', 'short')"
        assert value(seeded, theirs) == PRODUCTS / 10

    @pytest.mark.parametrize("code", ["less", "three"])
    def test_has_discounts_of_categories(self, seeded: Database, code: str) -> None:
        have = """
            SELECT count(*) FROM product p JOIN discount_set s ON s.id = p.discount_set
            JOIN discount_today d ON d.id = ANY (s.discounts) WHERE d.code = %(code)s
        """
        assert value(seeded, have, code=code) == pytest.approx(PRODUCTS / 12, rel=0.2)

    def test_finds_about_as_many_products_for_two_words_whatever_its_size(
        self, seeded: Database, fresh_database: Database
    ) -> None:
        seed.products(fresh_database.owner_url, PRODUCTS // 4)
        query = """
            SELECT count(*) FROM product
            WHERE search @@ (SELECT to_tsquery('grocery', replace(regexp_replace(name, ' [0-9].*', ''), ' ', ' & '))
                FROM product WHERE code = 'P0000001')
        """
        assert value(seeded, query) == value(fresh_database, query) == 20

    def test_keeps_the_indexes_keys_and_triggers_of_the_migrations(
        self, seeded: Database, fresh_database: Database
    ) -> None:
        assert _schema(seeded) == _schema(fresh_database)


def test_what_triggers_learn_of_products_is_what_the_seeder_leaves(
    seeded: Database, fresh_database: Database
) -> None:
    for table in ("image", "brand", "category", "discount", "product"):
        _copy(seeded, fresh_database, table)

    for query in (
        "SELECT code, search_text, search::text AS search, version FROM product ORDER BY code",
        "SELECT p.code, s.discounts FROM product p LEFT JOIN discount_set s ON s.id = p.discount_set ORDER BY p.code",
        "SELECT * FROM product_word ORDER BY word",
        "SELECT product_id FROM stock_level ORDER BY product_id",
    ):
        assert rows(seeded, query) == rows(fresh_database, query)


def test_a_cart_has_different_products_and_is_opened_by_its_token(seeded: Database) -> None:
    (found,) = rows(
        seeded,
        "SELECT count(DISTINCT i.product_id) AS kinds, c.token_hash = sha256(%(token)s::bytea) AS opens"
        " FROM cart c JOIN cart_item i ON i.cart_id = c.id WHERE c.id = %(id)s::uuid GROUP BY c.id",
        id=seed.cart_id(50),
        token=seed.cart_token(50),
    )
    assert found == SimpleNamespace(kinds=3, opens=True)


def test_carts_may_have_any_number(fresh_database: Database) -> None:
    seed.products(fresh_database.owner_url, 100)
    on_sale = rows(fresh_database, "SELECT id FROM product WHERE active ORDER BY id")
    goods = [product.id for product in on_sale]

    seed.carts(fresh_database.owner_url, goods, 5_000_000, 3)

    query = (
        "SELECT count(*) FROM cart_item WHERE cart_id = %(cart)s::uuid AND product_id = %(product)s"
    )
    expected = goods[seed.goods_of(5_000_002, len(goods), 0)]
    assert value(fresh_database, query, cart=seed.cart_id(5_000_002), product=expected) == 1


class TestWords:
    def test_are_different_however_many(self) -> None:
        assert len({word(number) for number in range(MOST_WORDS)}) == MOST_WORDS
        assert len(set(ADJECTIVES)) == len(ADJECTIVES)

    def test_differ_in_three_syllables_at_least(self) -> None:
        some = [word(number) for number in range(0, MOST_WORDS, MOST_WORDS // 300)]
        syllables = [[one[at : at + 2] for at in range(0, 10, 2)] for one in some]
        for place, one in enumerate(syllables):
            for other in syllables[:place]:
                assert sum(a != b for a, b in zip(one, other, strict=True)) >= 3

    @pytest.mark.parametrize("number", range(8))
    def test_that_are_mistyped_begin_as_they_should_and_have_one_mistake(self, number: int) -> None:
        typed = mistyped("Bananasplit", number)
        assert typed != "Bananasplit"
        assert typed[0] == "B"
        assert abs(len(typed) - len("Bananasplit")) <= 1


def _copy(source: Database, target: Database, table: str) -> None:
    """Insert a table's rows as any program would, one statement a row, but for their ids."""
    made = "search_text, search" if table == "product" else ""
    with (
        closing(psycopg2.connect(source.owner_url)) as there,
        closing(psycopg2.connect(target.owner_url)) as here,
        there.cursor() as old,
        here,
        here.cursor() as new,
    ):
        old.execute(f"SELECT * FROM {table} ORDER BY 1")
        names = [column.name for column in old.description or () if column.name not in made]
        kept = [at for at, column in enumerate(old.description or ()) if column.name not in made]
        places = ", ".join(["%s"] * len(names))
        insert = (
            f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({places})"
        )
        for row in old:
            new.execute(
                insert,
                [Json(row[at]) if isinstance(row[at], list | dict) else row[at] for at in kept],
            )


def _schema(on: Database) -> list[Any]:
    return [
        *rows(on, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"),
        *rows(
            on,
            "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 2, 1",
        ),
        *rows(
            on,
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        ),
    ]
