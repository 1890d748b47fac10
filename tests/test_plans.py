"""What a statement costs does not grow with the shop: no plan reads the whole of a table that does.

A Statement has one plan, whatever its parameters, so that plan can be looked at.
"""

import dataclasses
import importlib
import itertools
import pkgutil
import re
from contextlib import closing
from decimal import Decimal
from typing import get_args

import psycopg2
import pytest

import app
from app.core.database import Statement
from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.product.products.listing import Wanted, listing
from app.product.products.schemas import Sort
from app.product.products.shape import FILTERS
from tests.support.large_shop import BIG
from tests.support.planned_each_time import A_REPORT, LISTS

# Those that are allowed to, and why.
EXEMPT = {
    "app.commands.demo_shop._STATE": "ends at the first row",
    "app.commands.demo_shop._SHOW": "for a demo shop, which is small",
    "app.inventory.stock.statements.LOCK_ALL_LEVELS": "for a demo shop, which is small",
    "app.inventory.stock.statements.EXPIRED_OPENINGS": "for a demo shop, which is small",
    "app.health.repository._HAS_DEMO_LOGINS": "asked once, when a shop starts",
}

FEW = {"login_admins", "purchase_queue", "purchase_pay_by", "purchase_unpaid", "purchase_cancelled"}
"""Indexes of so few rows, admins, what waits to be paid or collected and what was cancelled, that they may be read whole."""

BLOCKS = {"Sort", "Incremental Sort", "Aggregate", "Hash", "Materialize"}
"""Nodes that take all their rows before they give any: a LIMIT above does not shorten what is below.

A WindowAgg is none: those of lists number rows as they come.
"""


def statements_in(thing, name):
    """Yield (name, Statement) for each that `thing` is or holds."""
    if isinstance(thing, Statement):
        yield name, thing
    elif isinstance(thing, dict):
        for key, inner in thing.items():
            yield from statements_in(inner, f"{name}.{key}")
    elif isinstance(thing, list | tuple):
        for place, inner in enumerate(thing):
            yield from statements_in(inner, f"{name}.{place}")
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from statements_in(getattr(thing, field.name), f"{name}.{field.name}")


def all_statements():
    """Return every Statement that any module of the app holds, by the shortest of its names."""
    names = {}
    for found in pkgutil.walk_packages(app.__path__, "app."):
        for key, thing in vars(importlib.import_module(found.name)).items():
            for name, statement in statements_in(thing, f"{found.name}.{key}"):
                names.setdefault(statement, []).append(name)
    return {min(found, key=lambda n: (len(n), n)): each for each, found in names.items()}


STATEMENTS = all_statements()
EACH_TIME = LISTS | {
    name: A_REPORT
    for name, each in STATEMENTS.items()
    if name.startswith("app.reports.statements.") and not each.prepared
}


def wanted(names, q, sort):
    """Return what a client wants that uses the filters of these names."""
    values = {
        "brand": "brand-1",
        "category": "category-1",
        "min_price": Decimal("2.00"),
        "max_price": Decimal("3.00"),
        "allergen_free": ["milk"],
        "diets": ["vegan"],
        "in_stock": True,
    }
    return Wanted(**{name: values[name] for name in names}, q=q, sort=sort)


def key_of(sort):
    """Return the sort key of some product in the middle of the list."""
    price = Decimal("2.50")
    return {"name": ("k", 9000), "newest": (9000,), "relevance": (1500, 3, 9000)}.get(
        sort, (price, price, 9000)
    )


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's; what it did is rolled back."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


def plan(cursor, statement):
    """Return the root of the plan of a Statement, as EXPLAIN's JSON."""
    cursor.execute(statement.prepare)
    cursor.execute(
        f"EXPLAIN (FORMAT JSON) {statement.execute}", dict.fromkeys(statement.names, None)
    )
    (((found,),),) = cursor.fetchall()
    cursor.execute(statement.deallocate)
    return found["Plan"]


def plan_with(cursor, statement, parameters):
    """Return the root of the plan of a Statement that is planned with its parameters; None are those not named."""
    given = {name: parameters.get(name) for name in statement.names}
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}", given)
    (((found,),),) = cursor.fetchall()
    return found["Plan"]


def scans(node, limited=False):
    """Yield (node, whether a LIMIT ends it early) for each node that reads a big table."""
    limited = node["Node Type"] == "Limit" or (limited and node["Node Type"] not in BLOCKS)
    if node.get("Relation Name") in BIG and "Scan" in node["Node Type"]:
        yield node, limited
    for inner in node.get("Plans", ()):
        # A subquery of its own, and all that a nested loop looks up, ends when it is through.
        own = inner.get("Parent Relationship") in {"InitPlan", "SubPlan"}
        yield from scans(inner, limited and not own)


def faults(root):
    """Return what in a plan takes longer in a larger shop."""
    return [
        f"{node['Node Type']} of {node['Relation Name']} {node.get('Index Name', '')}".rstrip()
        for node, limited in scans(root)
        if node["Node Type"] == "Seq Scan"
        or (node["Node Type"].startswith("Index") and "Index Cond" not in node and not limited)
        if node.get("Index Name") not in FEW
    ]


def collected(root):
    """Return which reads of products gather them all before they are put in order."""
    return [
        node.get("Index Name", node["Node Type"])
        for node, limited in scans(root)
        if node["Relation Name"] == "product"
        and node.get("Index Name") != "product_pkey"
        and not limited
    ]


class TestEveryStatement:
    @pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - EACH_TIME.keys()))
    def test_reads_no_large_table_whole(self, cursor, name):
        found = faults(plan(cursor, STATEMENTS[name]))
        assert bool(found) == (name in EXEMPT), found

    @pytest.mark.parametrize("name", EACH_TIME)
    def test_planned_each_time_reads_none_with_any_filter(self, cursor, name):
        statement, (always, *examples) = STATEMENTS[name], EACH_TIME[name]
        assert not statement.prepared
        for example in [{}, *examples]:
            assert faults(plan_with(cursor, statement, always | example)) == [], example

    def test_a_guests_token_is_looked_up(self, cursor):
        found = plan(cursor, STATEMENTS["app.login.repository.GUEST"])
        looks = [(node.get("Index Name"), node.get("Index Cond")) for node, _ in scans(found)]
        cond = "(token_hash = $1)"
        assert looks == [("cart_token_hash_key", cond), ("purchase_token_hash_key", cond)]

    def test_carts_to_drop_are_found_without_a_look_at_those_that_have_gone(self, cursor):
        found = plan(cursor, STATEMENTS["app.orders.carts.repository.DELETE_CHECKED_OUT"])
        assert "purchase_with_cart" in [node.get("Index Name") for node, _ in scans(found)]

    def test_all_are_found(self):
        assert len(STATEMENTS) > 100
        assert EXEMPT.keys() | EACH_TIME.keys() <= STATEMENTS.keys()
        unplanned = {name for name, each in STATEMENTS.items() if not each.prepared}
        assert unplanned <= EACH_TIME.keys()


def read_whole(cursor):
    """Return the big tables that this transaction has read from their beginning to their end."""
    cursor.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
    return {name for (name,) in cursor.fetchall()} & BIG


class TestFunctions:
    """EXPLAIN does not look into them, and into triggers; the server counts what they do."""

    def test_counting_finds_what_reads_all(self, cursor):
        cursor.execute("SELECT count(description) FROM product")
        assert read_whole(cursor) == {"product"}

    @pytest.mark.parametrize("typed", ["milk", "a" * 32, "x" * 60, "lkjhgf", "ab", "12345"])
    def test_words_are_looked_up(self, cursor, typed):
        cursor.execute("SELECT sought_words(%s)", (typed,))
        assert read_whole(cursor) == set()

    @pytest.mark.parametrize("typed", ["04011", "4006381333931", "20000017"])
    def test_numbers_are_looked_up(self, cursor, typed):
        cursor.execute("SELECT sought_products(%s, false, true)", (typed,))
        assert read_whole(cursor) == set()

    def test_triggers_look_up(self, cursor):
        cursor.execute(
            """
            INSERT INTO product (code, name, category_id, unit, price, vat_rate)
            VALUES ('new', 'Brand new', 6, 'piece', 1, 0.07) RETURNING id
            """
        )
        (product,) = cursor.fetchone()
        cursor.execute("UPDATE product SET name = 'Newer', unit = 'kg' WHERE id = %s", (product,))
        barcodes = '[{"gtin": "4006381333931", "pieces": 1}]'
        cursor.execute(
            "UPDATE product SET gtin = '96385074', other_barcodes = %s WHERE id = %s",
            (barcodes, product),
        )
        cursor.execute(
            "INSERT INTO stock (product_id, unit_cost) VALUES (%s, 1) RETURNING id", (product,)
        )
        (lot,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO stock_movement (kind, product_id, stock_id, quantity) VALUES ('receipt', %s, %s, 5)",
            (product, lot),
        )
        cursor.execute(
            """
            INSERT INTO payment (purchase_id, kind, method, amount)
            SELECT id, 'refund', 'cash', 1 FROM purchase WHERE invoice_number = 7;
            UPDATE purchase SET status = 'cancelled', cancelled_at = now(), cancel_reason = 'x' WHERE invoice_number = 50;
            SELECT refused FROM chosen_slot(now());
            """
        )
        assert read_whole(cursor) == set()


def left_out(root):
    """Return on what reads of products leave out what they have read, though an index could have done so."""
    conditions = [node.get("Filter", "") for node, _ in scans(root)]
    return [
        name
        for name in ("active", "brand_id", "category_id")
        if any(re.search(rf"\b{name}\b", condition) for condition in conditions)
    ]


def subsets(names):
    """Return all choices of any of the names, none and all included."""
    return itertools.chain.from_iterable(
        itertools.combinations(names, count) for count in range(len(names) + 1)
    )


class TestLists:
    @pytest.mark.parametrize("paged", [False, True], ids=["first page", "later page"])
    @pytest.mark.parametrize("q", [None, "fresh milk"], ids=["all", "found"])
    @pytest.mark.parametrize("sort", get_args(Sort))
    def test_of_products_are_read_from_an_index(self, cursor, sort, q, paged):
        if sort == "relevance" and not q:
            pytest.skip("there is nothing to be relevant to")
        # What is looked up by a product's id is so in one way: asked for together, or not at all.
        for some in subsets([name for name in FILTERS if name not in {"allergen_free", "diets"}]):
            names = (*some, "allergen_free", "diets") if "in_stock" in some else some
            after = key_of(sort) if paged else None
            statement, _ = listing(wanted(names, q, sort), 21, after)
            root = plan(cursor, statement)
            assert faults(root) == [], names
            assert q or collected(root) + left_out(root) == [], names
            assert not q or "product_search" in str(root), names
