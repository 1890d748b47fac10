"""What the shop promises of itself under load and faults, on a real Gunicorn and a real PostgreSQL."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from tests.builders import category, customer, filled_cart, on_sale, product, stocked, value
from tests.core.servers import gunicorn
from tests.support.load import Answer, Connection, load
from tests.support.servers import shop_server

PRODUCTS = "/api/v1/products"


@pytest.fixture
def consistent(make_settings):
    """Run `verify` on a database, and fail with what it says if anything is off."""
    from app.factory import create_app

    def check(on):
        app = create_app(make_settings(on))
        result = app.test_cli_runner().invoke(args=["verify"])
        assert result.exit_code == 0, result.output

    return check


async def checkout(connection, cart, **body):
    """Check a guest's or a customer's cart out; return the answer."""
    return await connection.request(
        "POST",
        f"/api/v1/carts/{cart.id}/checkout",
        token=cart.headers["Authorization"].removeprefix("Bearer "),
        body={"contact_name": "Test", "contact_phone": "+49 30 5550100", **body},
    )


async def test_twenty_thousand_mixed_reads_on_keep_alive_connections_fail_nowhere(
    fresh_database, tmp_path
):
    shelf = category(fresh_database)
    names = ["Whole milk", "Oat milk", "Crème fraîche", "Rye bread", "Jalapeño salsa"]
    codes = []
    for number in range(60):
        made = product(
            fresh_database, f"{1 + number / 10:.2f}", category=shelf, name=names[number % 5]
        )
        stocked(fresh_database, made, 10)
        codes.append(made.code)
    paths = [f"{PRODUCTS}/{code}" for code in codes]
    paths += [
        PRODUCTS,
        f"{PRODUCTS}?category={shelf.code}&limit=50",
        f"{PRODUCTS}?sort=-price&in_stock=true",
    ]
    paths += [f"{PRODUCTS}?q={quote(words)}" for words in ("milk", "creme", "jalapeno", "bred")]
    paths += ["/livez", "/readyz", "/api/v1/brands", "/api/v1/categories"]
    log = tmp_path / "server.log"
    with shop_server(fresh_database, log, env={"OGS_LOGGING__LEVEL": "WARNING"}) as server:
        outcome = await load(
            server.url,
            connections=32,
            requests=20_000,
            step=lambda connection, number: connection.request("GET", paths[number % len(paths)]),
        )
    assert outcome.broken == []
    assert outcome.statuses == Counter({200: 20_000})
    assert "Traceback" not in log.read_text()


async def test_a_hundred_waiting_requests_wait_together_and_nobody_else_does(
    fresh_database, tmp_path
):
    variables = {"OGS_DATABASE__URL": fresh_database.app_url, "OGS_ENV": "test"}
    options = ["--config", "deploy/gunicorn.conf.py", "--workers", "1"]
    log = tmp_path / "server.log"
    with gunicorn(
        "tests.faults.slow_shop:asgi_app", log, options=options, env=variables, ready="/readyz"
    ) as server:
        waiting = asyncio.create_task(
            load(
                server.url,
                connections=100,
                requests=100,
                step=lambda c, _: c.request("GET", "/wait"),
            )
        )
        live = Connection(server.url)
        # One after the other, the second would wait for ever; and in a worker that blocks, so would these.
        async with asyncio.timeout(60):
            while json.loads((await live.request("GET", "/waiting")).body) != {"waiting": 100}:
                assert not waiting.done()
            assert (await live.request("GET", "/livez")).status == 200
            assert (await live.request("GET", "/release")).status == 200
            outcome = await waiting
        live.close()
    assert outcome.statuses == Counter({200: 100})


@dataclass
class Shoppers:
    """Shoppers who read a product and, every fourth time, check out a cart; until told to stop."""

    url: str
    product: Any
    carts: Iterator[Any]
    seen: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def shop(self) -> None:
        connection = Connection(self.url)
        for turn in itertools.count():
            if self.stop.is_set():
                break
            answer = await asyncio.wait_for(self.ask(connection, turn), 20)
            self.seen[answer.status] += 1
            self.slowest = max(self.slowest, answer.seconds)
            if answer.status == 503:
                assert int(answer.headers["retry-after"]) >= 1
                await asyncio.sleep(0.02)
        connection.close()

    async def ask(self, connection: Connection, turn: int) -> Answer:
        if turn % 4 == 3 and (cart := next(self.carts, None)):
            return await checkout(connection, cart)
        return await connection.request("GET", f"{PRODUCTS}/{self.product.code}")

    async def until_seen(self, status: int, times: int) -> None:
        before = self.seen[status]
        async with asyncio.timeout(120):
            while self.seen[status] < before + times:
                await asyncio.sleep(0.01)


async def test_a_killed_postgresql_gives_only_503_until_it_is_back(
    private_postgres, tmp_path, consistent
):
    sold = on_sale(private_postgres, stock=100_000)
    carts = [filled_cart(private_postgres, (sold, 1), hours=9) for _ in range(1500)]
    log = tmp_path / "server.log"
    with shop_server(private_postgres, log, workers=2) as server:
        crowd = Shoppers(server.url, sold, iter(carts))
        shopping = [asyncio.create_task(crowd.shop()) for _ in range(24)]
        await crowd.until_seen(200, 300)
        path = f"{PRODUCTS}/{sold.code}"
        usual = await settled(server.url, path)
        await asyncio.to_thread(private_postgres.stop, "immediate")
        await crowd.until_seen(503, 50)
        await asyncio.to_thread(private_postgres.start)
        recovery = await settled(server.url, path)
        refused = crowd.seen[503]
        await crowd.until_seen(200, 300)
        refused_later = crowd.seen[503] - refused
        crowd.stop.set()
        await asyncio.gather(*shopping)
    print(f"{dict(crowd.seen)}; normal after {recovery:.2f} s, usually {usual:.2f} s")
    assert set(crowd.seen) <= {200, 201, 409, 503}
    assert refused_later == 0
    # As many reads take `usual` seconds when nothing is wrong, however busy the machine.
    assert recovery < 5 + 5 * usual
    assert "Traceback" not in log.read_text()
    # Every purchase that was answered is there; one whose answer was lost may be there too.
    assert value(private_postgres, "SELECT count(*) FROM purchase") >= crowd.seen[201]
    consistent(private_postgres)


async def test_two_thousand_buyers_of_the_last_ten_get_exactly_ten(
    fresh_database, tmp_path, consistent
):
    sold = on_sale(fresh_database, stock=10)
    buyer = customer(fresh_database)
    carts = [filled_cart(fresh_database, (sold, 1), owner=buyer) for _ in range(2000)]
    log = tmp_path / "server.log"
    with shop_server(fresh_database, log, workers=2) as server:
        outcome = await load(
            server.url,
            connections=200,
            requests=2000,
            step=lambda c, number: checkout(c, carts[number]),
        )
    print(f"{dict(outcome.statuses)}; slowest {outcome.slowest:.2f} s")
    assert outcome.broken == []
    assert outcome.statuses == Counter({201: 10, 409: 1990})
    assert value(fresh_database, "SELECT count(*) FROM purchase") == 10
    assert "Traceback" not in log.read_text()
    consistent(fresh_database)


async def settled(url, path):
    """Return the seconds until 50 reads in a row on new connections have succeeded."""
    began = time.monotonic()
    good = 0
    async with asyncio.timeout(30):
        while good < 50:
            connection = Connection(url)
            try:
                answer = await connection.request("GET", path)
            finally:
                connection.close()
            good = good + 1 if answer.status == 200 else 0
    return time.monotonic() - began
