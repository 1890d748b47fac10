"""A shop with slots: on a database of its own, as it asks every checkout for one."""

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import as_clerk
from tests.support.asgi import running
from tests.support.settings import settings_for

DAY = {"opens": "00:00", "closes": "24:00", "minutes": 60, "capacity": 2}
EVERY_DAY = [
    {
        **DAY,
        "weekdays": "monday tuesday wednesday thursday friday saturday sunday".split(),  # noqa: SIM905 - shorter
    }
]


@pytest.fixture
def database(fresh_database):
    """A database of the test's own."""
    return fresh_database


@pytest.fixture
def application(database):
    """The Flask app on it."""
    return create_app(settings_for(database))


@pytest.fixture
async def client(application):
    """An anonymous client of the shop on it."""
    async with running(create_asgi_app(application)) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as made:
            yield made


@pytest.fixture
def plan(client, database):
    """Replace the plan, and return the answer."""

    async def say(patterns=EVERY_DAY, exceptions=(), *, headers=None, days_ahead=3):
        body = {"days_ahead": days_ahead, "patterns": patterns, "exceptions": list(exceptions)}
        who = as_clerk(database) | (headers or {})
        return await client.put("/api/v1/slots/plan", json=body, headers=who)

    return say


@pytest.fixture
def slots(client):
    """Return the slots of a day, or all."""

    async def read(day=None):
        days = {} if day is None else {"from": str(day), "until": str(day)}
        answer = await client.get("/api/v1/slots", params=days)
        assert answer.status_code == 200, answer.text
        return answer.json()["slots"]

    return read
