"""What a page of purchases costs does not grow with the shop, whatever is asked: no plan of one reads a big table whole."""

from contextlib import closing
from typing import get_args

import psycopg2
import pytest

from app.core.database import Statement
from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.orders.purchases.paging import page_of
from app.orders.purchases.repository import list_of
from app.orders.purchases.schemas import ListedStatus
from tests.test_plans import faults, plan, subsets

NAMES = ("customer", "overdue", "slot", "since", "until", "name", "phone", "part", "behind")


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("status", [None, *get_args(ListedStatus)])
class TestPages:
    def test_are_found_in_an_index(self, cursor, status, order):
        for asked in map(frozenset, subsets(NAMES)):
            page, before = page_of(asked, status, order, "%(limit)s")
            assert faults(plan(cursor, Statement(f"{before} {page}", read=True))) == [], asked

    def test_are_found_so_with_all_that_is_in_them(self, cursor, status, order):
        # JSON is made of each by its id, whatever found it. With each of the names, and with all: the rest shares nothing with them.
        some = [(), *((name,) for name in NAMES), NAMES]
        others = [(late, *more) for late in ("abandoned", "short") for more in some]
        for asked in map(frozenset, (*some, *others)):
            statement = list_of(asked, status, oldest_first=order == "ASC")
            assert faults(plan(cursor, statement)) == [], asked
