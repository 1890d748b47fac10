"""How fast the shop is on this computer: `make bench`, or `python -m benchmarks.load [REQUESTS]`.

A throwaway shop with the demo's goods, one worker of Gunicorn, keep-alive connections. The client is in Python and
runs beside the server, so the figures are a floor; compare ratios of one run, not runs. Exits 1 if any answer was
not the expected one: such a run says nothing.
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local.postgres import DURABLE
from tests.builders import filled_cart, on_sale, rows
from tests.support.database import Cluster, Database
from tests.support.load import Answer, Connection, Outcome, load
from tests.support.servers import shop_server

PRODUCTS = "/api/v1/products"
WARM_UP = 200


@dataclass(frozen=True)
class Load:
    """A kind of request: its name, how one is sent, and the status that it must have."""

    name: str
    send: Callable[[Connection, int], Any]
    status: int = 200


def reads(codes: list[str], categories: list[str]) -> list[Load]:
    """Return the loads that change nothing."""
    words = ["whole milk", "oat drnk", "jalapeno", "washing", "bread"]
    seeded = random.Random(7)  # noqa: S311 - the same products in each run
    order = [seeded.choice(codes) for _ in range(997)]

    def get(path: Callable[[int], str]) -> Callable[[Connection, int], Any]:
        return lambda connection, number: connection.request("GET", path(number))

    return [
        Load("livez", get(lambda _: "/livez")),
        Load("product", get(lambda n: f"{PRODUCTS}/{order[n % len(order)]}")),
        Load("list", get(lambda n: f"{PRODUCTS}?category={categories[n % len(categories)]}")),
        Load("search", get(lambda n: f"{PRODUCTS}?q={quote(words[n % len(words)])}")),
    ]


def writes(on: Database, most: int) -> list[Load]:
    """Return the loads that change something; there are carts for `most` checkouts."""
    sold = [on_sale(on, stock=1_000_000) for _ in range(60)]
    filled = [
        filled_cart(on, *((sold[(number + step) % 60], 1) for step in range(3)), hours=9)
        for number in range(most)
    ]

    async def put(connection: Connection, number: int) -> Answer:
        cart = filled[number % 100]
        path = f"/api/v1/carts/{cart.id}/items/{sold[number % 60].code}"
        return await connection.request("PUT", path, token=cart.token, body={"quantity": "2"})

    async def checkout(connection: Connection, number: int) -> Answer:
        cart = filled[100 + number]
        who = {"contact_name": "Load", "contact_phone": "+49 30 5550100"}
        path = f"/api/v1/carts/{cart.id}/checkout"
        return await connection.request("POST", path, token=cart.token, body=who)

    return [Load("cart", put), Load("checkout", checkout, 201)]


async def measure(url: str, kind: Load, connections: int, requests: int) -> tuple[Outcome, float]:
    """Send that many requests; return what came of them, and the seconds that it took."""
    began = time.perf_counter()
    outcome = await load(url, connections=connections, requests=requests, step=kind.send)
    return outcome, time.perf_counter() - began


def row(kind: Load, connections: int, outcome: Outcome, took: float) -> str:
    """Return a line of the table."""
    cuts = statistics.quantiles(outcome.seconds, n=100)
    rate = len(outcome.seconds) / took
    return (
        f"{kind.name:9} {connections:11} {rate:10.0f} {cuts[49] * 1e3:8.1f} {cuts[98] * 1e3:8.1f}"
    )


def bad(kind: Load, outcome: Outcome) -> bool:
    """Return whether any answer was not the one that the load is about."""
    return bool(outcome.broken) or set(outcome.statuses) != {kind.status}


async def run(url: str, kinds: list[Load], requests: int) -> bool:
    """Print the table; return whether all answers were as they should be."""
    good = True
    print(f"{'load':9} {'connections':>11} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8}")
    for kind in kinds:
        for connections in (1, 32):
            # A cart is checked out once, so the second round would meet other answers.
            if kind.status == 201 and connections == 1:
                continue
            if kind.status == 200:
                await measure(url, kind, connections, WARM_UP)
            outcome, took = await measure(url, kind, connections, requests)
            print(row(kind, connections, outcome, took), flush=True)
            if bad(kind, outcome):
                good = False
                print(f"  not as expected: {dict(outcome.statuses)} {outcome.broken[:3]}")
    return good


def main() -> int:
    """Make a shop, load it, and return the exit status."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    cluster = Cluster(settings=DURABLE).start()
    try:
        on = cluster.clone("bench")
        variables = {**os.environ, "OGS_ENV": "test", "OGS_DATABASE__URL": on.app_url}
        command = [sys.executable, "-m", "flask", "--app", "main", "demo"]
        subprocess.run(command, env=variables, check=True, capture_output=True)
        codes = [found.code for found in rows(on, "SELECT code FROM product ORDER BY code")]
        categories = [
            found.code
            for found in rows(on, "SELECT code FROM category WHERE parent_id IS NOT NULL")
        ]
        kinds = [*reads(codes, categories), *writes(on, 100 + requests)]
        rows(on, "ANALYZE")
        with tempfile.TemporaryDirectory() as folder:
            as_deployed = {"OGS_LOGGING__FORMAT": "json"}
            with shop_server(on, Path(folder) / "log", env=as_deployed) as server:
                return 0 if asyncio.run(run(server.url, kinds, requests)) else 1
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
