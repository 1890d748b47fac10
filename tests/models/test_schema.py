"""The peewee models and the migrated database describe the same tables, and the database keeps its own rules."""

import hashlib
import inspect
from collections.abc import Iterator
from contextlib import closing

import peewee
import psycopg2
import pytest
from playhouse.postgres_ext import ArrayField, BinaryJSONField, TSVectorField
from psycopg2 import errors

from app import models
from app.models.base import (
    ByteaField,
    MomentsField,
    NumericField,
    Row,
    TimestampTzField,
)
from tests.support.database import Database

MODELS = [
    model
    for _, model in inspect.getmembers(models, inspect.isclass)
    if issubclass(model, Row) and model is not Row
]
TYPES = {
    TimestampTzField: "timestamp with time zone",
    ByteaField: "bytea",
    BinaryJSONField: "jsonb",
    TSVectorField: "tsvector",
    ArrayField: "bigint[]",
    MomentsField: "timestamp with time zone[]",
    peewee.BigAutoField: "bigint",
    peewee.BigIntegerField: "bigint",
    peewee.IntegerField: "integer",
    peewee.TextField: "text",
    peewee.BooleanField: "boolean",
    peewee.DateField: "date",
    peewee.UUIDField: "uuid",
}


def type_of(field: peewee.Field) -> str:
    """Name the PostgreSQL type that a field stands for."""
    if isinstance(field, peewee.ForeignKeyField):
        field = field.rel_field
        if isinstance(field, peewee.ForeignKeyField):
            return type_of(field)
    if isinstance(field, NumericField):
        return f"numeric({field.digits},{field.places})"
    return TYPES[type(field)]


@pytest.fixture
def as_app(fresh_database: Database) -> Iterator[psycopg2.extensions.cursor]:
    with (
        closing(psycopg2.connect(fresh_database.app_url)) as connection,
        connection.cursor() as made,
    ):
        yield made


def columns_of(cursor: psycopg2.extensions.cursor, table: str) -> dict[str, tuple[str, bool]]:
    cursor.execute(
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
        """,
        (table,),
    )
    return {name: (kind, nullable) for name, kind, nullable in cursor.fetchall()}


class TestModels:
    @pytest.fixture
    def cursor(self, database):
        """On the database of all tests, as these only read."""
        with closing(psycopg2.connect(database.owner_url)) as connection:
            yield connection.cursor()

    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
    def test_a_model_has_its_tables_columns_and_types(self, cursor, model):
        columns = columns_of(cursor, model._meta.table_name)
        assert {field.column_name: type_of(field) for field in model._meta.sorted_fields} == {
            name: kind for name, (kind, _) in columns.items()
        }

    @pytest.mark.parametrize(
        "model",
        [m for m in MODELS if m not in {models.Offer, models.Availability}],
        ids=lambda model: model.__name__,
    )
    def test_a_model_knows_which_columns_may_be_null(self, cursor, model):
        columns = columns_of(cursor, model._meta.table_name)
        assert {field.column_name: field.null for field in model._meta.sorted_fields} == {
            name: nullable for name, (_, nullable) in columns.items()
        }

    def test_every_table_has_a_model_but_those_of_the_core(self, cursor):
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall() if "yoyo" not in name}
        modelled = {model._meta.table_name for model in MODELS} - {"offer", "availability"}
        assert tables - modelled == {"idempotency_key"}

    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
    def test_no_foreign_key_loads_its_row_by_itself(self, model):
        assert not any(field.lazy_load for field in model._meta.refs)


MILK = """
    WITH c AS (INSERT INTO category (code, name) VALUES ('dairy', 'Dairy') RETURNING id)
    INSERT INTO product (code, name, category_id, unit, price, vat_rate)
    SELECT 'milk', 'Whole milk', id, 'piece', 1.29, 0.07 FROM c RETURNING id
"""
LOT = "INSERT INTO stock (product_id, unit_cost) VALUES (%s, 1) RETURNING id"
RECEIPT = "INSERT INTO stock_movement (kind, product_id, stock_id, quantity) VALUES ('receipt', %s, %s, %s)"


class TestTheAppsRole:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE stock SET on_hand = 5",
            "UPDATE stock_level SET on_hand = 5",
            "DELETE FROM stock",
            "INSERT INTO stock_level (product_id) VALUES (1)",
            "UPDATE stock_movement SET quantity = 1",
            "DELETE FROM stock_movement",
            "TRUNCATE stock_movement",
            "UPDATE payment SET amount = 1",
            "DELETE FROM payment",
            "UPDATE audit_log SET action = 'product.deleted'",
            "UPDATE document_buyer SET name = 'Somebody'",
            "UPDATE purchase_line SET unit_price = 0",
            "DELETE FROM purchase_line",
            "DELETE FROM purchase",
            "DELETE FROM _yoyo_migration",
            "INSERT INTO shop (currency, time_zone) VALUES ('PLN', 'UTC')",
            "UPDATE shop SET currency = 'PLN'",
            "DELETE FROM shop",
            "UPDATE image SET width = 1",
            "CREATE TABLE mine (id int)",
            "DROP TABLE product",
            "ALTER TABLE product DISABLE TRIGGER ALL",
        ],
    )
    def test_may_not_touch_ledgers_and_the_schema(self, as_app, statement):
        with pytest.raises(errors.InsufficientPrivilege):
            as_app.execute(statement)

    def test_changes_on_hand_by_a_movement(self, as_app):
        as_app.execute(MILK)
        (product,) = as_app.fetchone()
        as_app.execute(LOT, (product,))
        (lot,) = as_app.fetchone()
        as_app.execute(RECEIPT, (product, lot, 12))
        as_app.execute("SELECT on_hand FROM stock WHERE id = %s", (lot,))
        assert as_app.fetchone() == (12,)
        as_app.execute("SELECT * FROM availability WHERE product_id = %s", (product,))
        assert as_app.fetchone() == (product, 12, 0, 0, 12)

    def test_leaves_an_expired_lot_on_hand_and_out_of_what_is_available(self, as_app):
        as_app.execute(MILK)
        (product,) = as_app.fetchone()
        as_app.execute(LOT, (product,))
        (lot,) = as_app.fetchone()
        as_app.execute(RECEIPT, (product, lot, 3))
        as_app.execute("SELECT has_column_privilege('stock', 'expires_on', 'UPDATE')")
        assert as_app.fetchone() == (False,)
        as_app.execute(
            "INSERT INTO stock (product_id, unit_cost, expires_on) VALUES (%s, 1, CURRENT_DATE - 1) RETURNING id",
            (product,),
        )
        (old,) = as_app.fetchone()
        as_app.execute(RECEIPT, (product, old, 4))
        as_app.execute("SELECT on_hand, expired, available FROM availability")
        assert as_app.fetchone() == (7, 4, 3)


class TestTheDatabase:
    def test_has_looked_at_all_rows_for_each_of_its_rules(self, cursor):
        """A constraint comes NOT VALID, and is validated by the migration behind it."""
        cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        # What was sold before the rule stays as it was frozen.
        assert cursor.fetchall() == [("purchase_line_charged_check",)]

    @pytest.mark.parametrize("quantity", ["NaN", "0", "-1", "0.5"])
    def test_refuses_a_receipt_of_nonsense(self, cursor, quantity):
        cursor.execute(MILK)
        (product,) = cursor.fetchone()
        cursor.execute(LOT, (product,))
        (lot,) = cursor.fetchone()
        with pytest.raises(errors.CheckViolation):
            cursor.execute(RECEIPT, (product, lot, quantity))

    def test_refuses_a_movement_below_nothing(self, cursor):
        cursor.execute(MILK)
        (product,) = cursor.fetchone()
        cursor.execute(LOT, (product,))
        (lot,) = cursor.fetchone()
        with pytest.raises(errors.CheckViolation):
            cursor.execute(
                "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason)"
                " VALUES ('waste', %s, %s, -1, 'broken')",
                (product, lot),
            )

    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    @pytest.mark.parametrize("ledger", ["stock_movement", "cash_movement", "payment"])
    def test_never_changes_a_ledger_even_for_its_owner(self, cursor, ledger, statement):
        with pytest.raises((errors.RestrictViolation, errors.GeneratedAlways)):
            cursor.execute(statement.format(ledger))

    def test_is_of_one_shop(self, cursor):
        with pytest.raises(errors.UniqueViolation):
            cursor.execute("INSERT INTO shop (currency, time_zone) VALUES ('EUR', 'UTC')")
        cursor.connection.rollback()
        with pytest.raises(errors.CheckViolation):
            cursor.execute(
                "INSERT INTO shop (one, currency, time_zone) VALUES (false, 'EUR', 'UTC')"
            )

    @pytest.mark.parametrize("price", ["NaN", "0", "-0.01"])
    def test_refuses_a_price_of_nonsense(self, cursor, price):
        with pytest.raises(errors.CheckViolation):
            cursor.execute(MILK.replace("1.29", f"'{price}'"))

    @pytest.mark.parametrize("charged", ["1, 0, 0", "1, 1, 0"], ids=["unit price", "total"])
    def test_refuses_to_charge_nothing_for_what_is_not_free(self, cursor, charged):
        with pytest.raises(errors.CheckViolation, match="purchase_line_charged_check"):
            cursor.execute(
                f"""
                INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, discount_rate,
                    vat_rate, vat_amount, price, unit_price, total)
                VALUES (gen_random_uuid(), 1, 'x', 'x', 'piece', 1, 0, 0, 0, {charged})
                """
            )

    def test_refuses_a_gtin_with_a_wrong_check_digit(self, cursor):
        cursor.execute(MILK)
        cursor.execute("UPDATE product SET gtin = '4006381333931'")
        with pytest.raises(errors.CheckViolation):
            cursor.execute("UPDATE product SET gtin = '4006381333932'")

    @pytest.mark.parametrize("gtin", ["00000000", "00000000000000"])
    def test_refuses_a_gtin_of_zeros(self, cursor, gtin):
        cursor.execute(MILK)
        with pytest.raises(errors.CheckViolation):
            cursor.execute("UPDATE product SET gtin = %s", (gtin,))

    @pytest.mark.parametrize("gtin", ["012345678905", "0012345678905", "00012345678905"])
    def test_refuses_one_gtin_in_another_length(self, cursor, gtin):
        cursor.execute(MILK)
        cursor.execute("UPDATE product SET gtin = '012345678905'")
        with pytest.raises(errors.UniqueViolation):
            cursor.execute(
                "INSERT INTO product (code, gtin, name, category_id, unit, price, vat_rate)"
                " SELECT 'cream', %s, 'Cream', category_id, 'piece', 1, 0.07 FROM product",
                (gtin,),
            )

    @pytest.mark.parametrize("wrong", [{"hash": "a" * 64}, {"small": b""}, {"width": 1201}])
    def test_refuses_an_image_that_is_not_what_it_says(self, cursor, wrong):
        right = {"hash": hashlib.sha256(b"large").hexdigest(), "width": 1, "height": 1}
        right |= {"small": b"small", "medium": b"medium", "large": b"large"}
        insert = "INSERT INTO image (hash, small, medium, large, width, height) VALUES"
        insert += " (%(hash)s, %(small)s, %(medium)s, %(large)s, %(width)s, %(height)s)"
        cursor.execute(insert, right)
        with pytest.raises(errors.CheckViolation):
            cursor.execute(insert, right | wrong)

    def test_refuses_a_picture_that_is_not_there(self, cursor):
        cursor.execute(MILK)
        with pytest.raises(errors.ForeignKeyViolation):
            cursor.execute("UPDATE product SET image = %s", ("a" * 64,))

    def test_refuses_a_ring_of_categories(self, cursor):
        cursor.execute("INSERT INTO category (code, name) VALUES ('a', 'A') RETURNING id")
        (a,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO category (code, name, parent_id) VALUES ('b', 'B', %s) RETURNING id", (a,)
        )
        (b,) = cursor.fetchone()
        with pytest.raises(errors.CheckViolation, match="below itself"):
            cursor.execute("UPDATE category SET parent_id = %s WHERE id = %s", (b, a))

    def test_refuses_a_ninth_level_of_categories_from_either_end(self, cursor):
        def chain(name, length):
            ids = []
            for level in range(length):
                cursor.execute(
                    "INSERT INTO category (code, name, parent_id) VALUES (%s, 'X', %s) RETURNING id",
                    (f"{name}{level}", ids[-1] if ids else None),
                )
                ids += cursor.fetchone()
            return ids

        upper, lower = chain("a", 5), chain("b", 4)
        cursor.execute("UPDATE category SET parent_id = %s WHERE id = %s", (upper[3], lower[0]))
        with pytest.raises(errors.CheckViolation, match="eight levels"):
            cursor.execute("UPDATE category SET parent_id = %s WHERE id = %s", (upper[4], lower[0]))

    def test_follows_a_renamed_brand_in_the_search(self, cursor):
        cursor.execute(MILK)
        cursor.execute("INSERT INTO brand (code, name) VALUES ('farm', 'Höfgut') RETURNING id")
        cursor.execute("UPDATE product SET brand_id = %s", cursor.fetchone())
        cursor.execute("SELECT search_text FROM product")
        assert cursor.fetchone() == ("whole milk hofgut dairy",)
        cursor.execute("UPDATE brand SET name = 'Crémerie'")
        cursor.execute("SELECT search_text FROM product")
        assert cursor.fetchone() == ("whole milk cremerie dairy",)
