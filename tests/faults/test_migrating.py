"""Migrations while the version before them serves: nobody is refused, and nobody waits for long."""

import asyncio
from contextlib import closing

import psycopg2
import pytest

from app.core.database import migrations
from app.core.database.definitions import definitions
from tests.builders import filled_cart, on_sale, rows
from tests.support.load import Connection
from tests.support.servers import shop_server

# What a release may do before the code that uses it runs: each way of the rule once.
EXPAND = {
    "9001-columns": (
        """
        ALTER TABLE product ADD COLUMN shelf text;
        ALTER TABLE product ADD COLUMN organic boolean NOT NULL DEFAULT false;
        ALTER TABLE product ADD CONSTRAINT product_shelf_check CHECK (length(shelf) <= 60) NOT VALID;
        CREATE TABLE shelf (product_id bigint PRIMARY KEY REFERENCES product, place text NOT NULL);
        """,
        "DROP TABLE shelf; ALTER TABLE product DROP COLUMN shelf, DROP COLUMN organic;",
    ),
    "9002-valid": (
        "ALTER TABLE product VALIDATE CONSTRAINT product_shelf_check;",
        "SELECT 1;",
    ),
    "9003-index": (
        """-- transactional: false
        DROP INDEX CONCURRENTLY IF EXISTS product_shelf_place;
        CREATE INDEX CONCURRENTLY product_shelf_place ON product (shelf);
        """,
        "DROP INDEX CONCURRENTLY product_shelf_place;",
    ),
}


@pytest.fixture
def newer(tmp_path):
    """The migrations of a version after this one."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in migrations.DIRECTORY.iterdir():
        (folder / path.name).symlink_to(path)
    for name, (forth, back) in EXPAND.items():
        (folder / f"{name}.sql").write_text(forth)
        (folder / f"{name}.rollback.sql").write_text(back)
    return folder


SECONDS = 30
WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"


async def until(task, tell, wanted=True):
    """Return when `tell()` is as wanted, or the task has ended."""
    async with asyncio.timeout(SECONDS):
        while tell() is not wanted and not task.done():  # noqa: ASYNC110 - PostgreSQL tells nobody that it waits
            await asyncio.sleep(0.01)


class Shoppers:
    """Customers who look, buy and ask for readiness all the time, and remember every answer."""

    def __init__(self, url, on, count=3):
        self._url = url
        self._sold = on_sale(on, stock=100_000)
        self._carts = iter([filled_cart(on, (self._sold, 1)) for _ in range(150)])
        self._count = count
        self._ended = asyncio.Event()
        self.answers = []

    async def __aenter__(self):
        self._tasks = [asyncio.create_task(self._shop()) for _ in range(self._count)]
        await self.answered(5)
        return self

    async def __aexit__(self, *_):
        self._ended.set()
        await asyncio.gather(*self._tasks)

    async def answered(self, more):
        """Return after so many further answers."""
        wanted = len(self.answers) + more
        await until(self._tasks[0], lambda: len(self.answers) >= wanted)
        assert len(self.answers) >= wanted

    async def _shop(self):
        connection = Connection(self._url)
        while not self._ended.is_set():
            for path in (
                f"/api/v1/products/{self._sold.code}",
                "/api/v1/products?q=test",
                "/readyz",
            ):
                self.answers.append(await connection.request("GET", path))
            if cart := next(self._carts, None):
                who = {"contact_name": "Test", "contact_phone": "+49 30 5550100"}
                path = f"/api/v1/carts/{cart.id}/checkout"
                answer = await connection.request("POST", path, token=cart.token, body=who)
                self.answers.append(answer)
        connection.close()

    @property
    def refused(self):
        return [(answer.status, answer.body) for answer in self.answers if answer.status > 201]


async def test_the_old_version_serves_on_before_during_and_after_an_expansion(
    fresh_database, newer, tmp_path
):
    url = fresh_database.owner_url
    with shop_server(fresh_database, tmp_path / "log") as server:
        async with Shoppers(server.url, fresh_database) as shoppers:
            migrate = asyncio.to_thread(
                migrations.migrate, url, fresh_database.app_url, directory=newer
            )
            assert (await migrate).applied == list(EXPAND)
            await shoppers.answered(40)
            undone = await asyncio.to_thread(
                migrations.roll_back, url, len(EXPAND), directory=newer
            )
            assert undone == list(reversed(EXPAND))
            await shoppers.answered(40)
    assert shoppers.refused == []


async def test_a_migration_that_has_to_wait_holds_up_nobody(fresh_database, newer, tmp_path):
    """A dump reads all tables until it ends; who stands behind the migration that waits for it is served."""
    url = fresh_database.owner_url
    with (
        shop_server(fresh_database, tmp_path / "log") as server,
        closing(psycopg2.connect(url)) as dump,
    ):
        dump.cursor().execute("LOCK TABLE product IN ACCESS SHARE MODE")
        async with Shoppers(server.url, fresh_database) as shoppers:
            migrate = asyncio.create_task(
                asyncio.to_thread(migrations.migrate, url, directory=newer)
            )
            for tried in (True, False, True, False):
                await until(migrate, lambda: bool(rows(fresh_database, WAITING)), tried)
            await shoppers.answered(40)
            assert not migrate.done()
            dump.rollback()
            assert (await migrate).applied == list(EXPAND)
    assert shoppers.refused == []


async def test_another_text_of_a_function_is_in_force_while_the_old_version_serves(
    fresh_database, tmp_path
):
    for one in definitions():
        text = one.text
        if one.name == "rfc3339":
            assert "SS.US" in text
            text = text.replace("edition 1", "edition 2").replace("SS.US", "SS")
        (tmp_path / f"{one.name}.sql").write_text(text)
    url = fresh_database.owner_url
    with shop_server(fresh_database, tmp_path / "log") as server:
        connection = Connection(server.url)
        path = f"/api/v1/products/{on_sale(fresh_database).code}"
        async with Shoppers(server.url, fresh_database) as shoppers:
            before = await connection.request("GET", path)
            done = await asyncio.to_thread(
                migrations.migrate, url, fresh_database.app_url, definitions_in=tmp_path
            )
            after = await connection.request("GET", path)
            await shoppers.answered(40)
        connection.close()
    assert done == ([], ["rfc3339"], False)
    assert (len(before.body) - len(after.body)) == 2 * len(".000000")
    assert shoppers.refused == []
