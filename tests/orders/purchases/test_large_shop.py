"""What carts, checkouts and lists of purchases cost does not grow with the shop: nothing reads a big table whole.

EXPLAIN does not look into the database's own functions; PostgreSQL counts what they read.
"""

import itertools
from contextlib import closing

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.orders.purchases.repository import list_of
from tests.support.large_shop import BIG, large_shop

CART = """
    INSERT INTO cart (token_hash, expires_at) VALUES (sha256('new'), now() + interval '1 day') RETURNING id
"""
PUT_IN = "INSERT INTO cart_item (cart_id, product_id, quantity) SELECT %s, n, 1 FROM unnest(%s) n"
SCANS = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"


@pytest.fixture(scope="module")
def large(cluster, worker_id):
    made = large_shop(cluster, f"large_orders_{worker_id}")
    yield made
    cluster.drop(made.name)


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's; what it did is rolled back."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


def new_cart(cursor, *products):
    cursor.execute(CART)
    ((cart,),) = cursor.fetchall()
    cursor.execute(PUT_IN, (cart, list(products)))
    return cart


def scanned(cursor):
    """Return the big tables that this transaction has read from end to end."""
    cursor.execute(SCANS)
    return {table for table, _ in cursor.fetchall()} & BIG


def test_a_whole_read_is_noticed(cursor):
    cursor.execute("SELECT count(*) FROM cart WHERE created_at > now()")
    assert scanned(cursor) == {"cart"}


def test_put_cart_item(cursor):
    cart = new_cart(cursor, 101, 102)
    for product in ("103", "101"):
        cursor.execute("SELECT outcome FROM put_cart_item(%s, %s, 2, 7, 100)", (cart, product))
        assert cursor.fetchall() == [("put",)]
    assert scanned(cursor) == set()


def test_check_out(cursor):
    cart = new_cart(cursor, 101, 102, 103)
    cursor.execute(
        "SELECT outcome FROM place_purchase(%s, 'Jan', '600', NULL, 'EUR', 60, NULL, NULL, NULL)",
        (cart,),
    )
    assert cursor.fetchall() == [("placed",)]
    assert scanned(cursor) == set()


def test_check_out_of_what_is_sold_out(cursor):
    cart = new_cart(cursor, 101, 102)
    cursor.execute("UPDATE cart_item SET quantity = 99 WHERE cart_id = %s", (cart,))
    cursor.execute(
        "SELECT outcome FROM place_purchase(%s, 'Jan', '600', NULL, 'EUR', 60, NULL, NULL, NULL)",
        (cart,),
    )
    assert cursor.fetchall() == [("out_of_stock",)]
    assert scanned(cursor) == set()


def test_claim_idempotency_key(cursor):
    cursor.execute("SELECT status FROM claim_idempotency_key(1, 'login:7', 'orders.pay', '7')")
    assert cursor.fetchall() == [(201,)]
    assert scanned(cursor) == set()


@pytest.mark.parametrize("oldest_first", [True, False])
@pytest.mark.parametrize("status", [None, "placed", "collected"])  # none was cancelled in there
@pytest.mark.parametrize("search", [(), ("name",), ("phone",)])
def test_lists_of_purchases(cursor, search, status, oldest_first):
    rest = ("customer", "since", "until", "behind")
    for count in range(len(rest) + 1):
        for asked in itertools.combinations(rest, count):
            statement = list_of(frozenset(asked + search), status, oldest_first=oldest_first)
            cursor.execute(statement.prepare)
            cursor.execute(f"EXPLAIN {statement.execute}", dict.fromkeys(statement.names))
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, (asked, plan)
