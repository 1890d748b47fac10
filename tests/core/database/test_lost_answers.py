"""Answers of PostgreSQL that are lost on their way back: what may have been done is never said to be undone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.core.database import (
    DatabaseAway,
    Manager,
    OutcomeUnknown,
    PooledPostgresqlDatabase,
    Statement,
)
from app.core.database.conninfo import connection_params
from tests.builders import filled_cart, on_sale, value
from tests.core.things import Thing, execute, new_code
from tests.orders.sales import GUEST
from tests.support.asgi import running

INSERT = "INSERT INTO thing (code, label) VALUES (%(code)s, %(label)s)"
PREPARED = Statement(INSERT)
BY_FUNCTION = Statement("SELECT make_thing(%(code)s, %(label)s)", read=False)
READ = Statement("SELECT count(*) FROM thing WHERE label = %(label)s")
FUNCTION = """
    CREATE OR REPLACE FUNCTION make_thing(code text, label text) RETURNS void LANGUAGE sql AS
    'INSERT INTO thing (code, label) VALUES ($1, $2)'
"""
LOST = "lost"
"""In a statement's text, it has the network lose the answer."""


class Network:
    """Stands between the shop and PostgreSQL, and passes on all that is said but the answers to be lost."""

    def __init__(self, server: str, *, silent: bool) -> None:
        self._server = server
        self._silent = silent
        self.lost = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; when an answer is lost it is silent from then on, or ended."""
        there, back = await asyncio.open_unix_connection(self._server)
        losing = asyncio.Event()
        answers = asyncio.create_task(self._answer(there, writer, losing))
        try:
            while asked := await reader.read(65536):
                if LOST.encode() in asked:
                    losing.set()
                back.write(asked)
        finally:
            back.close()
            await answers

    async def _answer(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        try:
            while said := await there.read(65536):
                if not losing.is_set():
                    writer.write(said)
                    continue
                self.lost += 1
                if not self._silent:
                    break
        finally:
            writer.close()


@asynccontextmanager
async def network(url: str, *, silent: bool) -> AsyncIterator[tuple[str, Network]]:
    """Yield the URL of the same database behind such a network, and the network."""
    params = connection_params(url, {})
    between = Network(f"{params['host']}/.s.PGSQL.5432", silent=silent)
    listening = await asyncio.start_server(between.connected, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield f"postgresql://{params['user']}@127.0.0.1:{port}/{params['dbname']}", between


@asynccontextmanager
async def manager_at(url: str) -> AsyncIterator[Manager]:
    database = PooledPostgresqlDatabase()
    database.init(url, pool_size=4, acquire_timeout=20, connect_timeout=20, query_timeout=1)
    try:
        yield Manager(database)
    finally:
        await database.close(timeout=0)


WRITES: dict[str, Callable[[Manager, str], Any]] = {
    "a Statement": lambda manager, code: manager.run(PREPARED, code=code, label=LOST),
    "text": lambda manager, code: manager.run(INSERT, code=code, label=LOST),
    "a function": lambda manager, code: manager.fetch(BY_FUNCTION, code=code, label=LOST),
    "a model": lambda manager, code: manager.create(Thing, code=code, label=LOST),
}
SILENCE = pytest.mark.parametrize("silent", [False, True], ids=["ended", "silent"])


@SILENCE
async def test_a_change_that_was_sent_is_of_unknown_outcome_however_it_was_written(
    things_url, silent
):
    execute(things_url, FUNCTION)
    codes = {name: new_code() for name in WRITES}
    async with network(things_url, silent=silent) as (url, _), manager_at(url) as manager:
        results = await asyncio.gather(
            *(write(manager, codes[name]) for name, write in WRITES.items()),
            return_exceptions=True,
        )
    assert {type(result) for result in results} == {OutcomeUnknown}, results
    done = "SELECT count(*) FROM thing WHERE code = ANY(%s)"
    assert execute(things_url, done, list(codes.values())) == [(len(WRITES),)]


@SILENCE
async def test_a_read_may_be_asked_again(things_url, silent):
    async with network(things_url, silent=silent) as (url, between), manager_at(url) as manager:
        with pytest.raises(DatabaseAway) as caught:
            await manager.fetch_value(READ, label=LOST)
        assert not isinstance(caught.value, OutcomeUnknown)
        # Ended, it was asked once more by itself; no answer in time is not waited for twice.
        assert between.lost == (1 if silent else 2)
        assert await manager.fetch_value(READ, label="kept") == 0


async def test_what_was_not_sent_yet_is_sent_on_another_connection(things_url):
    async with manager_at(things_url) as manager:
        await manager.fetch_value("SELECT 1")
        (pid,) = await manager.fetch_one("SELECT pg_backend_pid()")
        # Behind the loop's back: it is found when the statement is to be prepared.
        execute(things_url, "SELECT pg_terminate_backend(%s, 20000)", pid)
        code = new_code()
        assert await manager.run(PREPARED, code=code, label="kept") == 1
    assert execute(things_url, "SELECT count(*) FROM thing WHERE code = %s", code) == [(1,)]


@SILENCE
async def test_a_checkout_whose_answer_is_lost_is_of_unknown_outcome(
    make_settings, database, silent
):
    from app.factory import create_app, create_asgi_app

    cart = filled_cart(database, (on_sale(database), 1))
    async with network(database.app_url, silent=silent) as (url, between):
        # An answer is waited for twice as long as PostgreSQL may take.
        limits = {"url": url, "statement_timeout": 0.7}
        shop = create_asgi_app(create_app(make_settings(database=limits)))
        async with (
            running(shop),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=shop), base_url="http://shop.test"
            ) as client,
        ):
            answer = await client.post(
                f"/api/v1/carts/{cart.id}/checkout",
                json={**GUEST, "contact_name": LOST},
                headers=cart.headers,
            )
    assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")
    assert between.lost == 1
    bought = "SELECT count(*) FROM purchase WHERE cart_id = %(id)s"
    assert value(database, bought, id=cart.id) == 1
