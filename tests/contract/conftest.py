"""A shop on a database of its own: what is sent to it here leaves anything behind."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest

from app.factory import create_app, create_asgi_app
from tests.contract.answers import Shop
from tests.contract.good import GOOD
from tests.contract.world import Good, World
from tests.support.asgi import running
from tests.support.database import Cluster, Database
from tests.support.settings import settings_for

# Requests come by the thousand from one address.
UNBOUNDED: Mapping[str, Any] = {
    "http": {"docs": True, "metrics": True},
    "security": {
        "attempts_per_account": 10_000,
        "attempts_per_account_anywhere": 100_000,
        "attempts_per_address": 100_000,
    },
}


@pytest.fixture(scope="package")
def hostile_database(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    """A migrated database that no other test looks into."""
    made = cluster.clone(f"contract_{worker_id}")
    yield made
    cluster.drop(made.name)


@pytest.fixture(scope="package")
def wsgi_app(hostile_database: Database) -> Iterator[Any]:
    """The shop for callers that cannot await."""
    app = create_app(settings_for(hostile_database, **UNBOUNDED))
    yield app
    app.portal.close()


@pytest.fixture(scope="package")
def world(hostile_database: Database, wsgi_app: Any) -> World:
    """What requests can be about."""
    return World(hostile_database, wsgi_app.test_client())


@pytest.fixture(scope="package")
def description(wsgi_app: Any) -> Any:
    """The API's description, as it is served."""
    return json.loads(wsgi_app.test_client().get("/openapi.json").data)


@pytest.fixture(scope="package")
async def hostile_shop(hostile_database: Database) -> AsyncIterator[Shop]:
    """The same shop under ASGI, for requests that no client library would send."""
    app = create_app(settings_for(hostile_database, **UNBOUNDED))
    async with running(create_asgi_app(app)) as started:
        yield Shop(started)


@pytest.fixture
def good(world: World, request: pytest.FixtureRequest) -> Good:
    """The good request of the test's `label`; not to be made where a loop runs."""
    return GOOD[request.getfixturevalue("label")](world)
