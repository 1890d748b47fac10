"""Where contestants meet: one throwaway PostgreSQL with one seeded shop, and what there is to ask it for."""

import random
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.loads import seed, windows
from local.postgres import DURABLE, Postgres
from tests.support.database import Cluster, Database

TIME_ZONE, CURRENCY = "Europe/Berlin", "EUR"
OPEN_CARTS = 1000
"""The carts that requests of `cart` go to; those of checkouts come behind."""
PRODUCTS, CUSTOMERS, PURCHASES = 10_000, 100, 10_000
# Both contestants of a pair wait for the disk as a shop does. Vacuum and checkpoints come between slots, not at some moment
# in one of them, and so many workers need more connections than a shop on a laptop does.
SETTINGS = {
    **DURABLE,
    "max_connections": "200",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
}


@dataclass
class Ground:
    """A seeded shop: the database, and what requests need to know of it. Carts are used up as they are checked out."""

    database: Database
    server: Postgres
    codes: list[str] = field(default_factory=list)
    goods: list[int] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    deep: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    next_cart: int = OPEN_CARTS + 1
    slots: list[str] = field(default_factory=list)

    @property
    def app_url(self) -> str:
        """The database for the role of the app."""
        return self.database.app_url

    @property
    def owner_url(self) -> str:
        """The database for the role that owns it."""
        return self.database.owner_url

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Run SQL as the owner, each statement by itself, and return its rows."""
        return _ask(self.owner_url, query, parameters)

    def survey(self) -> None:
        """Learn what there is on sale, in the same order in each run."""
        seeded = random.Random(7)  # noqa: S311 - the same requests in each run
        found = self.rows("SELECT id, code, name FROM product WHERE active ORDER BY id")
        seeded.shuffle(found)
        self.goods = [number for number, _, _ in found]
        self.codes = [code for _, code, _ in found]
        self.names = [name for _, _, name in found[:1000]]
        shelves = self.rows(
            "SELECT c.code, count(*) FROM category c JOIN product p ON p.category_id = c.id AND p.active"
            " GROUP BY c.code ORDER BY c.code"
        )
        self.leaves = [code for code, _ in shelves]
        # Ten pages of twenty.
        self.deep = [code for code, number in shelves if number >= 200]

    def carts(self, number: int, *, lines: int = 3, one: bool = False) -> range:
        """Make so many open carts that nobody has had yet; `one` puts the same product into all. Return their numbers."""
        fresh = range(self.next_cart, self.next_cart + number)
        goods = self.goods[:1] if one else self.goods
        seed.carts(self.owner_url, goods, fresh.start, number, lines)
        self.next_cart = fresh.stop
        return fresh

    def sell_in_slots(self) -> None:
        """From now on a checkout has to name one of `slots`; there are coupons for enter_coupons()."""
        windows.open_windows(self.owner_url)
        days = "CURRENT_DATE + 1, CURRENT_DATE + 10"
        found = self.rows(f"SELECT rfc3339(starts_at) FROM slot_windows({days}) ORDER BY 1")  # noqa: S608 - written in here
        self.slots = [start for (start,) in found]

    def tidy(self) -> None:
        """Do between slots what PostgreSQL would do in one of them, at some moment."""
        tables = "cart, cart_item, coupon, slot, purchase, purchase_line, allocation, stock, stock_level, session, attempt"
        self.rows(f"VACUUM (ANALYZE) {tables}")
        self.admin("CHECKPOINT")

    def admin(self, statement: str) -> None:
        """Run a statement as the superuser, outside of the shop's database."""
        _ask(self.server.admin_url, statement)


def _ask(url: str, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def ground(
    products: int = PRODUCTS,
    purchases: int = PURCHASES,
    *,
    settings: Mapping[str, str] = SETTINGS,
    folder: Path | None = None,
) -> Iterator[Ground]:
    """Lend a PostgreSQL with such a shop; it is gone when the block ends. `settings` are PostgreSQL's."""
    cluster = Cluster(folder, settings)
    try:
        cluster.start()
        made = Ground(cluster.clone("bench"), cluster.server)
        seed.products(made.owner_url, products)
        made.emails = seed.customers(made.owner_url, CUSTOMERS)
        seed.purchases(made.owner_url, purchases)
        made.survey()
        seed.carts(made.owner_url, made.goods, 1, OPEN_CARTS)
        yield made
    finally:
        cluster.stop()
