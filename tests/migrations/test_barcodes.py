"""0022: every barcode is found, those of before and those that servers of the version before write meanwhile."""

import asyncio
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import errors

from app.core.database import migrations
from tests.builders import category, product, rows, value
from tests.support.locks import transaction, until_blocked

# More than are filled in at once; GTIN-8s that none of them shares.
MANY = """
    INSERT INTO product (code, gtin, name, category_id, unit, price, vat_rate)
    SELECT 'p' || n, d.digits || ((10 - (
            SELECT sum(substr(d.digits, place, 1)::int * CASE WHEN place %% 2 = 1 THEN 3 ELSE 1 END)
            FROM generate_series(1, 7) place) %% 10) %% 10), 'X', %(category)s, 'piece', 1, 0.07
    FROM generate_series(1, 2100) n CROSS JOIN LATERAL (SELECT lpad((5000000 + n)::text, 7, '0') AS digits) d
"""
AGREE = """
    SELECT (SELECT count(*) FROM barcode) = count(*) AND bool_and(b.product_id IS NOT NULL)
    FROM product p LEFT JOIN barcode b ON b.gtin14 = lpad(p.gtin, 14, '0') AND b.product_id = p.id AND b.pieces = 1
    WHERE p.gtin IS NOT NULL
"""
NAMES = {path.stem.removesuffix(".rollback") for path in migrations.DIRECTORY.glob("*.sql")}


def go_back(shop, to):
    migrations.roll_back(shop.owner_url, sum(name >= to for name in NAMES))


def migrate(shop):
    migrations.migrate(shop.owner_url, shop.app_url)


@pytest.fixture
def as_app(fresh_database):
    """Execute a statement as the app's role, as a server of any version does."""
    with closing(psycopg2.connect(fresh_database.app_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor.execute


class TestFilling:
    def test_the_barcodes_of_before(self, fresh_database):
        go_back(fresh_database, "0022-barcode-table")
        shelf = category(fresh_database)
        rows(fresh_database, MANY, category=shelf.id)
        rows(fresh_database, "UPDATE product SET gtin = NULL WHERE code LIKE '%%7'")
        migrate(fresh_database)
        assert value(fresh_database, "SELECT count(*) FROM barcode") == 1890
        assert value(fresh_database, AGREE)
        versions = "SELECT max(version) FROM product WHERE gtin IS NOT NULL"
        assert value(fresh_database, versions) == 1

    def test_again_changes_nothing(self, fresh_database):
        shelf = category(fresh_database)
        rows(fresh_database, MANY, category=shelf.id)
        go_back(fresh_database, "0022-barcodes-filled")
        migrate(fresh_database)
        assert value(fresh_database, AGREE)

    async def test_waits_for_who_changes_one_meanwhile(self, fresh_database):
        """And copies what became of it."""
        go_back(fresh_database, "0022-barcodes-filled")
        rows(fresh_database, "ALTER TABLE product DISABLE TRIGGER product_add_barcodes")
        made = product(fresh_database, gtin="96385074")
        rows(fresh_database, "ALTER TABLE product ENABLE TRIGGER product_add_barcodes")
        change = "UPDATE product SET gtin = '40170725' WHERE id = %s"
        async with transaction(fresh_database) as cursor:
            cursor.execute(change, (made.id,))
            filling = asyncio.create_task(asyncio.to_thread(migrate, fresh_database))
            await until_blocked(fresh_database, filling)
        await filling
        assert [row.gtin14 for row in rows(fresh_database, "SELECT gtin14 FROM barcode")] == [
            "00000040170725"
        ]


class TestOldServers:
    """They know `gtin` and nothing else."""

    def test_what_they_write_is_found(self, fresh_database, as_app):
        shelf = category(fresh_database)
        insert = (
            "INSERT INTO product (code, gtin, name, category_id, unit, price, vat_rate)"
            " VALUES (%s, %s, 'X', %s, 'piece', 1, 0.07)"
        )
        as_app(insert, ("milk", "96385074", shelf.id))
        as_app(insert, ("loose", None, shelf.id))
        assert value(fresh_database, AGREE)
        as_app("UPDATE product SET gtin = '4006381333931' WHERE code = 'milk'")
        as_app("UPDATE product SET gtin = '96385074' WHERE code = 'loose'")
        assert value(fresh_database, AGREE)
        as_app("UPDATE product SET gtin = NULL WHERE code = 'milk'")
        as_app("DELETE FROM product WHERE code = 'loose'")
        assert value(fresh_database, "SELECT count(*) FROM barcode") == 0

    def test_leave_packs_alone(self, fresh_database, as_app):
        made = product(
            fresh_database, gtin="96385074", other_barcodes=[("4006381333931", 6)], unit="piece"
        )
        as_app("UPDATE product SET gtin = '40170725', price = 2 WHERE id = %s", (made.id,))
        found = rows(fresh_database, "SELECT gtin14, pieces FROM barcode ORDER BY gtin14")
        assert [(row.gtin14, row.pieces) for row in found] == [
            ("00000040170725", 1),
            ("04006381333931", 6),
        ]

    def test_cannot_take_what_is_on_anothers_pack(self, fresh_database, as_app):
        """For them, too, that is a row that is there already."""
        product(fresh_database, other_barcodes=[("4006381333931", 6)])
        other = product(fresh_database)
        with pytest.raises(errors.UniqueViolation):
            as_app("UPDATE product SET gtin = '04006381333931' WHERE id = %s", (other.id,))


class TestTheTable:
    def test_several_rows_of_one_statement(self, fresh_database, as_app):
        for gtin in ("96385074", "40170725", "4006381333931"):
            product(fresh_database, gtin=gtin)
        as_app("UPDATE product SET gtin = '0' || gtin WHERE length(gtin) = 13")
        assert value(fresh_database, AGREE)
        as_app("UPDATE product SET gtin = NULL")
        assert value(fresh_database, "SELECT count(*) FROM barcode") == 0

    def test_what_is_rolled_back_was_never_there(self, fresh_database):
        made = product(fresh_database, gtin="96385074")
        with closing(psycopg2.connect(fresh_database.app_url)) as connection:
            connection.cursor().execute("UPDATE product SET gtin = NULL WHERE id = %s", (made.id,))
            connection.rollback()
        assert value(fresh_database, AGREE)

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO barcode (gtin14, product_id, pieces) VALUES ('04006381333931', 1, 1)",
            "UPDATE barcode SET pieces = 2",
            "DELETE FROM barcode",
        ],
    )
    def test_is_written_by_its_triggers_alone(self, as_app, statement):
        with pytest.raises(errors.InsufficientPrivilege):
            as_app(statement)

    @pytest.mark.parametrize(
        "others",
        [
            '{"gtin": "4006381333931", "pieces": 6}',
            '"4006381333931"',
            '["4006381333931"]',
            "[null]",
            '[{"gtin": "4006381333931"}]',
            '[{"pieces": 6}]',
            '[{"gtin": "4006381333932", "pieces": 6}]',
            '[{"gtin": "00000000", "pieces": 6}]',
            '[{"gtin": 4006381333931, "pieces": 6}]',
            '[{"gtin": "4006381333931", "pieces": 0}]',
            '[{"gtin": "4006381333931", "pieces": 1.5}]',
            '[{"gtin": "4006381333931", "pieces": "6"}]',
            '[{"gtin": "4006381333931", "pieces": 10000}]',
            '[{"gtin": "4006381333931", "pieces": 6, "more": 1}]',
        ],
    )
    def test_nonsense_is_refused(self, fresh_database, as_app, others):
        product(fresh_database)
        with pytest.raises(errors.CheckViolation, match="product_other_barcodes_check"):
            as_app("UPDATE product SET other_barcodes = %s", (others,))

    @pytest.mark.parametrize("plu", ["", "401", "940110", "4O11", "0000"])
    def test_a_plu_of_another_form_is_refused(self, fresh_database, as_app, plu):
        product(fresh_database)
        with pytest.raises(errors.CheckViolation, match="product_plu_check"):
            as_app("UPDATE product SET plu = %s", (plu,))

    def test_packs_of_what_is_weighed_are_refused(self, fresh_database, as_app):
        made = product(fresh_database, unit="kg", other_barcodes=[("96385074", 1)])
        packs = '[{"gtin": "96385074", "pieces": 6}]'
        with pytest.raises(errors.CheckViolation, match="product_packs_check"):
            as_app("UPDATE product SET other_barcodes = %s WHERE id = %s", (packs, made.id))
