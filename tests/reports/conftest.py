"""One shop with a past for all tests of reports."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg2
import psycopg2.extensions
import pytest

from app.core.wiring import wired
from app.factory import create_app, create_asgi_app
from app.reports.sums.service import Sums
from tests.reports.shop import API, Trade
from tests.support.asgi import running
from tests.support.database import Cluster

DAYS = "from=2025-03-28&to=2025-04-03"
ASKED = {
    **{
        f"{report}/{by}": f"{report}?by={by}&{DAYS}"
        for report, groups in {
            "sales": "day week month hour product category brand supplier",
            "vat": "rate day week month",
            "payments": "method day week month hour till",
            "waste": "day week month reason product category brand supplier",
        }.items()
        for by in groups.split()
    },
    **{
        f"valuation/{by}": f"valuation?by={by}&on=2025-03-31"
        for by in ("product", "category", "brand", "supplier")
    },
    "valuation/before": "valuation?on=2025-03-28",
    "sales of two months": "sales?by=product&from=2025-02-14&to=2025-04-03",
    "home of two months by category": "sales?by=category&category=home&from=2025-02-14&to=2025-04-03",
    "food by day": f"sales?by=day&category=food&{DAYS}",
    "farm's food by supplier": f"sales?by=supplier&category=food&brand=farm&{DAYS}",
    "south's milk": f"sales?by=day&product=MILK&supplier=south&{DAYS}",
    "stock-outs": f"stock-outs?{DAYS}",
    "promotions": f"promotions?{DAYS}",
    "promotions on food": f"promotions?category=food&{DAYS}",
}


@pytest.fixture(scope="session")
async def figures(
    cluster: Cluster, worker_id: str, make_settings: Callable[..., Any]
) -> AsyncIterator[SimpleNamespace]:
    """The shop, and what its reports said: `raw` before any day was summed up, `summed` behind that."""
    database = cluster.clone(f"figures_{worker_id}")
    app = create_app(make_settings(database))
    async with running(create_asgi_app(app)) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            trade = Trade(database, client)
            trade.stock_up()
            await trade.trade()
            read = _reading(client, trade.staff)
            raw = {name: await read(url) for name, url in ASKED.items()}
            with app.app_context():
                sums = wired(Sums)
            assert await sums.sum_up(6) == 6  # through 3 April
            summed = {name: await read(url) for name, url in ASKED.items()}
            happened = trade.happened()
            yield SimpleNamespace(
                database=database,
                client=client,
                trade=trade,
                read=read,
                raw=raw,
                summed=summed,
                happened=happened,
            )
    cluster.drop(database.name)


@pytest.fixture
def owner(figures: SimpleNamespace) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor of the role that owns the shop; what it did is rolled back."""
    with (
        closing(psycopg2.connect(figures.database.owner_url)) as connection,
        connection.cursor() as made,
    ):
        yield made


def _reading(client: httpx.AsyncClient, staff: dict[str, str]) -> Callable[[str], Any]:
    async def read(url: str) -> Any:
        answer = await client.get(f"{API}/reports/{url}", headers=staff)
        assert answer.status_code == 200, f"{url}: {answer.text}"
        return answer.json()

    return read
