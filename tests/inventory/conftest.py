"""What the tests of this feature share: clients who are signed in, and one check of who may not ask."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import pytest

from tests import builders
from tests.builders import Person, as_customer, as_guest, clerk
from tests.support.database import Database

Guarded = Callable[..., Awaitable[None]]


@pytest.fixture
def me(database: Database) -> Person:
    return clerk(database)


@pytest.fixture
async def staff(shop: Any, me: Person) -> AsyncIterator[httpx.AsyncClient]:
    """A clerk's client; `me` is the clerk."""
    transport = httpx.ASGITransport(app=shop)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop.test", headers=me.headers
    ) as made:
        yield made


@pytest.fixture
def refuses_strangers(client: httpx.AsyncClient, database: Database) -> Guarded:
    """Check that a request is 401 without a token, and 403 for customers and carts."""

    async def check(method: str, path: str, **request: Any) -> None:
        anonymous = await client.request(method, path, **request)
        assert anonymous.status_code == 401
        assert anonymous.json()["code"] == "unauthenticated"
        for headers in (as_customer(database), as_guest(database)):
            answer = await client.request(method, path, headers=headers, **request)
            assert answer.status_code == 403
            assert answer.json()["code"] == "forbidden"

    return check


@pytest.fixture
def today(database: Database) -> date:
    """The shop's today."""
    return builders.today(database)
