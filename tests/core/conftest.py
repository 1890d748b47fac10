"""Fixtures for the tests of app/core: a database with two small tables, and no settings."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.database import Manager, PooledPostgresqlDatabase
from app.core.database.conninfo import connection_params
from app.core.database.pool.lifo import LifoPool
from tests.core.things import DDL, execute
from tests.support.database import Cluster


@pytest.fixture(scope="session")
def things_url(cluster: Cluster) -> Iterator[str]:
    """The URL of a database with the tables of things.py, as their owner."""
    made = cluster.clone(f"things_{uuid.uuid4().hex}")
    execute(made.owner_url, DDL)
    yield made.owner_url
    cluster.drop(made.name)


@pytest.fixture
def application() -> str:
    """A name for a test's connections, to find them in pg_stat_activity."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def connect_to(application: str) -> AsyncIterator[Callable[..., Manager]]:
    """Make Managers: `connect_to(url, pool_size=1, session={"lock_timeout": "1s"})`."""
    made: list[Manager] = []

    def make(url: str, *, session: dict[str, str] | None = None, **settings: Any) -> Manager:
        database = PooledPostgresqlDatabase()
        named = {"application_name": application, **(session or {})}
        database.init(url, session=named, **settings)
        made.append(Manager(database))
        return made[-1]

    yield make
    for manager in made:
        await manager.database.close(timeout=0)


@pytest.fixture
def manager(connect_to: Callable[..., Manager], things_url: str) -> Manager:
    """A Manager of the small tables, with four connections."""
    return connect_to(things_url, pool_size=4, acquire_timeout=20)


@pytest.fixture
async def make_pool(
    application: str, things_url: str
) -> AsyncIterator[Callable[..., Awaitable[LifoPool]]]:
    """Make pools: `await make_pool(size=2, acquire_timeout=0.1)`."""
    made: list[LifoPool] = []

    async def make(url: str = things_url, **settings: Any) -> LifoPool:
        params = connection_params(url, {"application_name": application})
        pool = LifoPool(database="things", params=params, **{"acquire_timeout": 20, **settings})
        made.append(pool)
        await pool.connect()
        return pool

    yield make
    for pool in made:
        await pool.close(timeout=0)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this process's environment, and an empty file instead of the development one."""
    for name in [name for name in os.environ if name.upper().startswith("OGS_")]:
        monkeypatch.delenv(name)
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    monkeypatch.setenv("OGS_CONFIG", str(empty))
