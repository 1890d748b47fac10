"""What the tests of health share."""

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.support.asgi import running


@pytest.fixture
async def ask(make_settings):
    """Ask a shop on that database once: `await ask(database, "/readyz")`."""

    async def get(on, *paths, **settings):
        async with running(create_asgi_app(create_app(make_settings(on, **settings)))) as shop:
            transport = httpx.ASGITransport(app=shop)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://shop.test"
            ) as client:
                return [await client.get(path) for path in paths]

    return get
