"""A shop of few goods, and who asks it."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import as_admin, deposit, discount, product, supplier
from tests.orders.everyday.books import Good
from tests.support.asgi import running


class Shop:
    """A shop and its staff, asked in turn."""

    def __init__(
        self, database: Any, runner: asyncio.Runner, client: httpx.AsyncClient, app: Any
    ) -> None:
        self.database, self.runner, self.client, self.app = database, runner, client, app
        self.staff = as_admin(database)
        self.supplier = supplier(database).code

    def shelf(self) -> dict[str, Good]:
        """Return goods that nobody has heard of, of which there are none."""
        on = self.database
        bottle = deposit(on)
        made = {
            "milk": product(on, "1.29"),
            "cola": product(on, "0.89", deposit=bottle, discount=discount(on, None, buy=3, pay=2)),
            "cheese": product(on, "19.99", unit="kg", vat_rate="0.1900"),
        }
        return {
            "milk": Good(made["milk"].code, "piece", Decimal("1.29")),
            "cola": Good(
                made["cola"].code,
                "piece",
                Decimal("0.89"),
                Decimal("0.25"),
                bottle.code,
                buy=3,
                pay=2,
            ),
            "cheese": Good(made["cheese"].code, "kg", Decimal("19.99")),
        }

    def ask(self, method: str, path: str, body: Any = None, headers: Any = None) -> httpx.Response:
        asked = self.client.request(
            method, path, json=body, headers=self.staff if headers is None else headers
        )
        answer = self.runner.run(asked)
        assert answer.status_code < 500, answer.text
        return answer

    def post(self, path: str, body: Any = None, headers: Any = None) -> httpx.Response:
        return self.ask("POST", path, body, headers)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def level(self, good: Good) -> dict[str, Decimal]:
        (level,) = self.get(f"/api/v1/stock/levels?product={good.code}")["items"]
        return {
            name: Decimal(level[name]) for name in ("on_hand", "allocated", "expired", "available")
        }


@pytest.fixture
def small_shop(fresh_database: Any, make_settings: Any) -> Iterator[Shop]:
    """A shop of three goods on a database of its own."""
    unbounded = {"guest_unpaid_purchases": 0, "guest_unpaid_share": "1"}
    app = create_app(
        make_settings(fresh_database, shop=unbounded, security={"guest_checkouts_per_address": 0})
    )
    with asyncio.Runner() as runner:
        lifespan = running(create_asgi_app(app))
        started = runner.run(lifespan.__aenter__())
        transport = httpx.ASGITransport(app=started)
        client = httpx.AsyncClient(transport=transport, base_url="http://shop.test")
        yield Shop(fresh_database, runner, client, app)
        runner.run(client.aclose())
        runner.run(lifespan.__aexit__(None, None, None))
