"""Which functions and views are files, and which have to stay in migrations."""

import re
from collections.abc import Iterator

import pytest

from app.core.database.definitions import definitions
from app.core.database.migrations import DIRECTORY
from tests.migrations.released import ask, bodies

# Of versions before: servers of them may still call these.
OF_BEFORE = {
    "allocate_stock",
    "check_out",
    "meant_words",
    "named_discount_set",
    "promise_stock",
    "put_cart_item",
    "vat_shares",
}
# What they make is stored in rows: a new text needs these made anew, so it is a new name.
STORED = {
    "product_search_text",
    "search_words",
    "ingredient_search",
    *("barcodes_of", "add_barcodes", "change_barcodes"),
}
FIRST_WITH_FILES = "0021"
# What an index, a generated column or a CHECK was made with must never say something else.
BOUND = """
    SELECT DISTINCT p.proname FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
    WHERE d.refclassid = 'pg_proc'::regclass AND p.pronamespace = 'public'::regnamespace AND (
        d.classid IN ('pg_constraint'::regclass, 'pg_attrdef'::regclass)
        OR d.classid = 'pg_class'::regclass AND (SELECT relkind FROM pg_class WHERE oid = d.objid) IN ('i', 'r'))
    """


@pytest.fixture
def texts(database) -> dict[str, str]:
    """What all functions and views of a name say."""
    found: dict[str, str] = {}
    for name, text in bodies(database.owner_url):
        found[name] = found.get(name, "") + text
    return found


@pytest.fixture
def bound(database, texts) -> set[str]:
    """What an index, a column or a CHECK uses, and all that this calls."""
    found = {name for (name,) in ask(database.owner_url, BOUND)}
    left = list(found)
    while left:
        words = set(re.findall(r"\w+", texts[left.pop()]))
        called = words & texts.keys() - found
        found |= called
        left += called
    return found


def made_in_migrations() -> Iterator[tuple[str, str]]:
    for path in sorted(DIRECTORY.glob("*.sql")):
        for name in re.findall(
            r"CREATE (?:OR REPLACE )?(?:FUNCTION|VIEW) (\w+)", path.read_text("utf-8")
        ):
            yield path.name, name


def test_what_an_index_or_a_check_uses_is_no_file(bound):
    assert {"plain_text", "grocery_tsvector", "is_gtin"} <= bound
    assert not bound & {one.name for one in definitions()}


def test_no_index_column_or_check_keeps_results_of_a_text_that_was_replaced(database):
    replaced = {
        name
        for path in DIRECTORY.glob("*.sql")
        if ".rollback" not in path.name
        for name in re.findall(
            r"^CREATE OR REPLACE FUNCTION (\w+)", path.read_text("utf-8"), re.MULTILINE
        )
    }
    users = {name for (name,) in ask(database.owner_url, BOUND)}
    assert "plain_text" in users, "the question finds what is used"
    assert replaced
    assert users & replaced == set()


def test_everything_else_is_one(bound, texts):
    files = {one.name for one in definitions()}
    assert texts.keys() - files == bound | OF_BEFORE | STORED


def test_no_view_has_whatever_another_one_has():
    """A column that one gains, the other would have in a new shop only."""
    assert not [
        one.name
        for one in definitions()
        if one.kind == "VIEW" and re.search(r"(SELECT|,)\s+(\w+\.)?\*", one.text)
    ]


def test_new_migrations_make_none_that_is_a_file():
    """But a way back may leave what the version before had under that name."""
    files = {one.name for one in definitions()}
    assert not [
        (path, name)
        for path, name in made_in_migrations()
        if path >= FIRST_WITH_FILES and ".rollback" not in path and name in files
    ]
