"""Migrations run while the version before them serves: the rule of docs/operations.md, held by machine."""

import re

import pytest

from app.core.database.migrations import DIRECTORY
from local.environments import ROOT
from tests.support.migration_rule import after_baseline, faults

RELEASED = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

BAD = {
    "ALTER TABLE product DROP COLUMN gtin;": "ban-drop-column",
    "ALTER TABLE product RENAME COLUMN gtin TO ean;": "renaming-column",
    "ALTER TABLE product RENAME TO article;": "renaming-table",
    "ALTER VIEW offer RENAME TO price;": "renaming-object",
    "DROP TABLE discount;": "ban-drop-table",
    "DROP VIEW offer;": "ban-drop-view",
    "DROP FUNCTION plain_text(text);": "ban-drop-function",
    "CREATE OR REPLACE VIEW offer AS SELECT 1 AS product_id;": "ban-replace-view-function",
    "-- squawk-ignore ban-replace-view-function\nCREATE OR REPLACE VIEW offer AS SELECT 1 AS product_id;": (
        "exemption-without-reason"
    ),
    "ALTER TABLE product DROP CONSTRAINT product_price_check;": "ban-drop-constraint",
    "ALTER TABLE product ALTER COLUMN name DROP NOT NULL;": "ban-drop-not-null",
    "ALTER TABLE product ALTER COLUMN description DROP DEFAULT;": "ban-drop-default",
    "ALTER TABLE product ALTER COLUMN name TYPE varchar(60);": "changing-column-type",
    "ALTER TABLE product ALTER COLUMN gtin SET NOT NULL;": "adding-not-nullable-field",
    "ALTER TABLE product ADD COLUMN shelf text NOT NULL;": "adding-required-field",
    "ALTER TABLE product ADD COLUMN token uuid DEFAULT gen_random_uuid();": "adding-field-with-default",
    "ALTER TABLE product ADD CONSTRAINT dear CHECK (price < 900);": "constraint-missing-not-valid",
    "ALTER TABLE product ADD COLUMN shelf text CHECK (length(shelf) < 60);": "adds-column-with-check",
    "ALTER TABLE product ADD shelf text, ADD days int NULL CHECK (days > 0);": "adds-column-with-check",
    "ALTER TABLE product ADD FOREIGN KEY (brand_id) REFERENCES brand;": "adding-foreign-key-constraint",
    "ALTER TABLE product ADD CONSTRAINT one UNIQUE (name);": "disallowed-unique-constraint",
    "CREATE INDEX product_price ON product (price);": "require-concurrent-index-creation",
    "DROP INDEX product_name;": "require-concurrent-index-deletion",
    "CREATE INDEX CONCURRENTLY i ON product (price);": "needs-no-transaction",
    "REVOKE SELECT ON product FROM ogs_app;": "ban-revoke",
    "ALTER TABLE product DISABLE TRIGGER product_stamp;": "ban-disable-trigger",
    "UPDATE product SET reorder_level = 0;": "changes-rows",
    "DELETE FROM session;": "changes-rows",
    "TRUNCATE attempt;": "changes-rows",
    "LOCK TABLE product;": "locks-table",
    "DROP TRIGGER product_stamp ON product;": "drops-trigger",
    "-- transactional: false\nALTER TABLE product ADD COLUMN shelf text;": "needs-a-transaction",
    # What failed half-way left an index that is not valid; this would take it for the real one.
    "-- transactional: false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON product (price);": "needs-a-transaction",
    "-- squawk-ignore ban-drop-not-null\nALTER TABLE product ALTER COLUMN name DROP NOT NULL;": (
        "exemption-without-reason"
    ),
    "-- squawk-ignore ban-drop-table\nDROP TABLE discount;": "contract-without-release",
    "-- contract: 9.9.9 no longer reads it\n-- squawk-ignore ban-drop-table\nDROP TABLE discount;": (
        "contract-names-no-release"
    ),
    "-- contract: 9.9.9 no longer needs it\nDROP TRIGGER product_stamp ON product;": (
        "contract-names-no-release"
    ),
    "-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX i ON brand (name);": (
        "exemption-without-reason"
    ),
}
GOOD = {
    "columns that the old version does not know": """
        ALTER TABLE product ADD COLUMN shelf text;
        ALTER TABLE product ADD COLUMN organic boolean NOT NULL DEFAULT false;
        ALTER TABLE product ADD COLUMN days int, ADD CONSTRAINT days_check CHECK (days > 0) NOT VALID;
    """,
    "a table of its own, with all that it has": """
        CREATE TABLE shelf (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            product_id bigint NOT NULL REFERENCES product,
            name text NOT NULL UNIQUE CHECK (name <> '')
        );
        CREATE INDEX shelf_product_id ON shelf (product_id);
        INSERT INTO shelf (product_id, name) SELECT id, code FROM product;
    """,
    "a constraint for new rows first": """
        ALTER TABLE product ADD CONSTRAINT product_shelf_check CHECK (length(shelf) <= 60) NOT VALID;
    """,
    "and for the old ones in the next": """
        ALTER TABLE product VALIDATE CONSTRAINT product_shelf_check;
    """,
    "an index beside the work": """
-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS product_shelf_place;
CREATE INDEX CONCURRENTLY product_shelf_place ON product (shelf);
    """,
    "many rows in pieces": """
-- transactional: false
DO $$ BEGIN UPDATE product SET shelf = '' WHERE shelf IS NULL; COMMIT; END $$;
    """,
    "a contract, when no version that serves reads it": """
-- contract: 1.2.0 no longer reads gtin
-- squawk-ignore ban-drop-column
ALTER TABLE product DROP COLUMN gtin;
-- contract: 1.2.0 no longer needs the version
DROP TRIGGER product_stamp ON product;
    """,
    "a function that says the same better": """
-- because it takes and returns the same
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION grocery_answer() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 42';
    """,
    "a column that may be NULL, where nobody minds": """
-- because no version that serves reads it
-- squawk-ignore ban-drop-not-null
ALTER TABLE product ALTER COLUMN description DROP NOT NULL;
    """,
    "an exemption with a reason": """
-- because a shop has a hundred brands
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX brand_name ON brand (name);
    """,
}


@pytest.mark.parametrize(
    "path", [DIRECTORY, *after_baseline(DIRECTORY)], ids=lambda path: path.stem
)
def test_every_migration_lets_the_version_before_it_serve(path):
    """The folder stands first, so that this test is there while the baseline is all there is."""
    assert path == DIRECTORY or faults(path, RELEASED) == []


@pytest.mark.parametrize("statement", BAD)
def test_a_migration_that_does_not_is_found(tmp_path, statement):
    path = tmp_path / "0007-bad.sql"
    path.write_text(f"{statement}\n")
    assert BAD[statement] in faults(path, ["1.2.0"])


@pytest.mark.parametrize("kind", GOOD)
def test_a_migration_that_does_is_left_alone(tmp_path, kind):
    path = tmp_path / "0007-good.sql"
    path.write_text(GOOD[kind])
    assert faults(path, ["1.2.0"]) == []


def test_every_migration_can_be_undone():
    names = {path.name for path in DIRECTORY.glob("*.sql")}
    forward = {name for name in names if not name.endswith(".rollback.sql")}
    assert names - forward == {name.replace(".sql", ".rollback.sql") for name in forward}


def test_the_baseline_alone_is_exempt(tmp_path):
    for name in ("0006-search-words.sql", "0007-new.sql", "0007-new.rollback.sql"):
        (tmp_path / name).touch()
    assert [path.name for path in after_baseline(tmp_path)] == ["0007-new.sql"]
