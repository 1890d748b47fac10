"""Fixtures for every test: a PostgreSQL, databases in it, the app on one of them, and a client of the app."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import psycopg2
import psycopg2.extensions
import pytest

from local.postgres import Postgres
from tests.support.asgi import running
from tests.support.database import Cluster, Database
from tests.support.large_shop import large_shop
from tests.support.settings import settings_for

# On a busy machine an example may take any time; the examples are the same in every run.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")

# Of the shops that tests start too: nothing said means production.
os.environ.setdefault("OGS_ENV", "test")

CLUSTER = pytest.StashKey[Cluster]()


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as cores: tests wait for servers and locks as long as they calculate."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_configure_node(node: Any) -> None:
    """Start PostgreSQL in pytest-xdist's controller, and tell each worker where it is."""
    node.workerinput["cluster"] = str(_cluster(node.config).folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the PostgreSQL that this process started."""
    cluster = config.stash.get(CLUSTER, None)
    if cluster:
        cluster.stop()


def _cluster(config: pytest.Config) -> Cluster:
    """Return the run's server; started by whoever asks first, if no controller did."""
    if CLUSTER not in config.stash:
        given = getattr(config, "workerinput", {}).get("cluster")
        config.stash[CLUSTER] = cluster = Cluster(Path(given) if given else None)
        if not given:
            cluster.start()
    return config.stash[CLUSTER]


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The run's PostgreSQL server. Never stop it: `private_postgres` is there to be killed."""
    return _cluster(request.config)


@pytest.fixture(scope="session")
def database(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    """The migrated database of this test process, shared by its tests: each makes rows of its own."""
    found = cluster.clone(f"grocery_{worker_id}")
    yield found
    cluster.drop(found.name)


@pytest.fixture(scope="session")
def large(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    """A shop with some ten thousand rows in each table that grows; its tests only read it, or roll back."""
    made = large_shop(cluster, f"large_{worker_id}")
    yield made
    cluster.drop(made.name)


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[Database]:
    """A migrated, empty database for one test alone."""
    made = cluster.clone(f"fresh_{uuid.uuid4().hex}")
    yield made
    cluster.drop(made.name)


@pytest.fixture
def cursor(fresh_database: Database) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor of the role that owns `fresh_database`; what it did is rolled back unless committed."""
    with (
        closing(psycopg2.connect(fresh_database.owner_url)) as connection,
        connection.cursor() as made,
    ):
        yield made


@pytest.fixture
def private_postgres(cluster: Cluster) -> Iterator[Postgres]:
    """A whole PostgreSQL server for one test, which may kill it."""
    with cluster.private() as server:
        yield server


@pytest.fixture(scope="session")
def make_settings(database: Database) -> Callable[..., Any]:
    """Settings for tests on this process's database: `make_settings(http={"max_body_bytes": 10})`."""

    def make(on: Database | Postgres = database, **overrides: Any) -> Any:
        return settings_for(on, **overrides)

    return make


@pytest.fixture(scope="session")
def application(make_settings: Callable[..., Any]) -> Any:
    """The Flask app on this process's database."""
    from app.factory import create_app

    return create_app(make_settings())


@pytest.fixture(scope="session")
async def shop(application: Any) -> AsyncIterator[Any]:
    """The whole shop as an ASGI application, started: one for all tests of a process."""
    from app.factory import create_asgi_app

    async with running(create_asgi_app(application)) as started:
        yield started


@pytest.fixture
async def client(shop: Any) -> AsyncIterator[httpx.AsyncClient]:
    """An anonymous client of the shop."""
    transport = httpx.ASGITransport(app=shop)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as made:
        yield made
