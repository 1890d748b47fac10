"""What a page costs has a bound whatever is wanted of it, and little of it there may be: the rows that are looked at are counted."""

import datetime as dt
from contextlib import closing

import psycopg2
import pytest

from app.core.database import Manager, PooledPostgresqlDatabase, Statement
from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.core.web.security import Principal
from app.inventory.stock.repository import StockRepository
from app.inventory.stock.schemas import LevelQuery
from app.inventory.stock.statements import LEVEL_PAGE
from app.inventory.stock.statements import MOST_LOOKED_AT as MOST_LEVELS
from app.orders.purchases.paging import MOST_LOOKED_AT as MOST_PURCHASES
from app.orders.purchases.repository import PurchaseRepository, list_of
from app.orders.purchases.schemas import PurchaseQuery
from app.product.products.listing import Wanted, listing
from app.product.products.selection import select
from app.product.products.shape import Shape
from app.product.products.walk import MOST_LOOKED_AT
from tests.support.sparse import SORTS, SPARSE, explained, key_of

A_LITTLE = 1000
"""For what a page shows."""


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's, of a shop in which nothing has expired, or is sold out; it is rolled back."""
    parameters = connection_params(large.owner_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        made.execute("UPDATE stock SET expires_on = NULL WHERE expires_on < CURRENT_DATE")
        yield made


def purchases(cursor, status=None, after=None, **asked):
    """Return how many rows staff's list of purchases looks at, and whether it goes on."""
    filters = PurchaseQuery(status=status, limit=20, **asked).filters(after) | {
        "days_to_collect": 7
    }
    names = {"name", "part", "phone", "number", "since", "until"}
    wanted = {name for name in names if filters[name] is not None} - (
        {"number"} if filters["phone"] else set()
    )
    statement = list_of(
        frozenset(wanted | ({"behind"} if after else set())), status, oldest_first=False
    )
    rows, _ = explained(cursor, statement, filters)
    cursor.execute(statement.sql, filters)
    return rows, any(row[-1] for row in cursor.fetchall())


class TestProducts:
    @pytest.mark.parametrize("paged", [False, True], ids=["first page", "later page"])
    @pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "relevance"])
    def test_that_hardly_any_is_wanted_of(self, cursor, sort, paged):
        """Of each that is looked at, its level may be read and the lots that have expired."""
        for what, filters in SPARSE.items():
            after = key_of(sort, filters) if paged else None
            rows, _ = explained(cursor, *listing(Wanted(sort=sort, **filters), 21, after))
            assert rows <= 2.2 * MOST_LOOKED_AT + A_LITTLE, what

    def test_counting_finds_what_looks_at_all(self, cursor, monkeypatch):
        monkeypatch.setattr("app.product.products.walk.MOST_LOOKED_AT", 1_000_000)
        filters = {"active": True, "in_stock": False}
        statement = Statement(
            select(Shape(frozenset({"in_stock"}), searched=False, sort="name", paged=False))
        )
        rows, _ = explained(cursor, statement, {**filters, "limit": 21})
        assert rows > 2 * 14_000


class TestStaffLists:
    def test_of_what_is_to_be_reordered_when_nothing_is(self, cursor):
        parameters = {"reorder": True, "after_code": "", "limit": 21}
        rows, _ = explained(cursor, LEVEL_PAGE, parameters)
        assert rows <= 3.2 * MOST_LEVELS + A_LITTLE
        cursor.execute(LEVEL_PAGE.sql, parameters)
        assert [row[-2:] for row in cursor.fetchall()] == [(False, True)]

    @pytest.mark.parametrize("q", ["z", "zz", "--", "zzz", "buyer", "1", "42", "999", "5550100"])
    @pytest.mark.parametrize("status", [None, "collected", "cancelled"])
    def test_of_purchases_for_anything(self, cursor, status, q):
        rows, _ = purchases(cursor, status, q=q)
        assert rows <= 2 * MOST_PURCHASES + A_LITTLE

    def test_of_purchases_in_a_state_that_none_is_in(self, cursor):
        rows, _ = purchases(cursor, "cancelled")
        assert rows == 0
        rows, goes_on = purchases(cursor, "collected", until=dt.datetime.now(dt.UTC))
        assert rows <= MOST_PURCHASES + A_LITTLE
        assert not goes_on

    def test_of_purchases_behind_what_was_looked_at(self, cursor):
        rows, goes_on = purchases(cursor, q="zz")
        assert goes_on
        assert rows <= MOST_PURCHASES + A_LITTLE


@pytest.fixture
async def manager(large):
    """A Manager of the large shop."""
    database = PooledPostgresqlDatabase()
    database.init(large.app_url, pool_size=1)
    yield Manager(database)
    await database.close(timeout=0)


async def followed(read, most):
    """Return the keys of all rows of the pages that `read(behind)` gives, at most so many, and how many pages there were."""
    found, pages, behind = [], 0, None
    while pages < most:
        pages += 1
        rows = await read(behind)
        shown = [row[1:] for row in rows if row[0] is not None][:100]
        found += shown
        if len(rows) <= len(shown):
            break
        behind = shown[-1] if len(shown) == 100 else rows[-1][1:]
    return found, pages


class TestPages:
    """They may be short, and lead on: together they have all that is wanted, in order."""

    async def test_of_what_is_to_be_reordered(self, manager):
        stock = StockRepository(manager)
        query = LevelQuery(reorder=True, limit=100)
        found, pages = await followed(lambda behind: stock.level_page(query, behind), most=50)
        wanted = await manager.fetch(
            """SELECT p.code FROM product p JOIN availability a ON a.product_id = p.id
               WHERE p.active AND a.available <= p.reorder_level ORDER BY p.code"""
        )
        assert wanted
        assert found == wanted
        assert pages > 15_000 / MOST_LEVELS

    @pytest.mark.parametrize("status", [None, "collected"])
    @pytest.mark.parametrize("q", ["99", "r 12", "r 149", "Customer 1", "5"])
    async def test_of_purchases_by_contact(self, manager, status, q):
        repository, clerk = (
            PurchaseRepository(manager, 7),
            Principal("session", "clerk", login_id=1),
        )
        query = PurchaseQuery(q=q, status=status, limit=100)
        found, pages = await followed(
            lambda behind: repository.page(clerk, query.filters(behind), oldest_first=False),
            most=20,
        )
        wanted = await manager.fetch(
            """SELECT placed_at, id::text FROM purchase
               WHERE CASE WHEN %(q)s ~ '^[0-9]{1,2}$' THEN invoice_number::text = %(q)s
                   ELSE position(%(q)s in contact_name) > 0 END
                   AND coalesce(status = %(status)s::text, true)
               ORDER BY placed_at DESC, purchase.id DESC""",
            q=q,
            status=status,
        )
        assert wanted
        assert found == (wanted if pages < 20 else wanted[: len(found)])
        assert len(found) > 1000 or pages < 20
