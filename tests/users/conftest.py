"""What the tests of people share."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.clients import client_at


@pytest.fixture
async def stranger(shop: Any) -> AsyncIterator[httpx.AsyncClient]:
    """An anonymous client at an address of its own, so that nobody else's tries count for it."""
    async with client_at(shop) as made:
        yield made
