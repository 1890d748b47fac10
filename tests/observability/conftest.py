"""A real shop with two workers that has seen good and bad, and what it says of that."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.builders import as_clerk, filled_cart, on_sale
from tests.observability.promql import Series, series_in
from tests.support.database import Cluster
from tests.support.servers import shop_server

GUEST = {"contact_name": "Jan Kowalski", "contact_phone": "+48 600 100 200"}
DEADLINE = 30


@pytest.fixture(scope="session")
def scrape(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The answer of /metrics of a shop that sold, refused, repeated itself, and lost its database."""
    log = tmp_path_factory.mktemp("scrape") / "log"
    settings = {
        "OGS_HTTP__METRICS": "true",
        "OGS_DATABASE__CONNECT_TIMEOUT": "1",
        "OGS_SECURITY__ATTEMPTS_PER_ACCOUNT": "1",
    }
    with (
        cluster.private() as database,
        shop_server(database, log, workers=2, env=settings) as server,
    ):
        with httpx.Client(base_url=server.url, timeout=DEADLINE, trust_env=False) as client:
            trade(client, database)
            fail(client)
        until_all_workers_spoke(server.url)
        database.stop("immediate")
        for path in ("/readyz", "/api/v1/products"):
            assert (
                httpx.get(server.url + path, timeout=DEADLINE, trust_env=False).status_code == 503
            )
        yield metrics(server.url)


@pytest.fixture(scope="session")
def series(scrape: str) -> list[Series]:
    """The same as series, as Prometheus would keep them."""
    return series_in(scrape)


def trade(client: httpx.Client, database: Any) -> None:
    """Sell: two purchases, of which one is collected and one cancelled; one replay; one out of stock."""
    clerk = as_clerk(database)
    milk = on_sale(database, stock=2, price="2.50")
    placed = [buy(client, filled_cart(database, (milk, 1)), key=key) for key in ("a", "b")]
    paid = {"amount": "2.50", "method": "cash"}
    url = "/api/v1/purchases/"
    for answer in (
        client.post(f"{url}{placed[0]}/payments", json=paid, headers=clerk),
        client.post(f"{url}{placed[0]}/collect", headers=clerk),
        client.post(f"{url}{placed[1]}/cancel", json={"reason": "changed mind"}, headers=clerk),
    ):
        assert answer.is_success, answer.text
    cart = filled_cart(database, (milk, 9))
    refused = client.post(f"/api/v1/carts/{cart.id}/checkout", json=GUEST, headers=cart.headers)
    assert refused.json()["code"] == "out_of_stock"


def buy(client: httpx.Client, cart: Any, key: str) -> str:
    """Check a cart out, twice with the same key; return the purchase's id."""
    headers = {**cart.headers, "Idempotency-Key": key}
    url = f"/api/v1/carts/{cart.id}/checkout"
    first = client.post(url, json=GUEST, headers=headers)
    again = client.post(url, json=GUEST, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert again.json() == first.json()
    return str(first.json()["id"])


def fail(client: httpx.Client) -> None:
    """Fail in each way that a client can."""
    wrong = {"email": "nobody@shop.example", "password": "a guess of somebody"}
    logins = [client.post("/api/v1/login", json=wrong).status_code for _ in range(2)]
    assert logins == [401, 429]
    assert client.get("/nowhere").status_code == 404
    assert client.post("/api/v1/carts", content=b"x" * 1_048_577).status_code == 413


def until_all_workers_spoke(url: str) -> None:
    """Ask over new connections until both workers have written what they write once a second."""
    deadline = time.monotonic() + DEADLINE
    written = ("http_workers 2.0", 'database_connections{state="limit"} 20.0')
    while not set(written) <= set((said := metrics(url)).splitlines()):
        assert time.monotonic() < deadline, said
        httpx.get(f"{url}/readyz", trust_env=False)


def metrics(url: str) -> str:
    """Return what /metrics says, of all workers."""
    return httpx.get(f"{url}/metrics", timeout=DEADLINE, trust_env=False).text
