"""Clients of a shop that say where they come from, and shops with settings of their own."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.asgi import running


def some_address() -> str:
    """Return an address that no other test comes from: tries are counted by it."""
    return "10." + ".".join(str(secrets.randbelow(256)) for _ in range(3))


@asynccontextmanager
async def client_at(
    shop: Any, address: str | None = None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `shop` whose peer's address is `address`, by default one of its own."""
    transport = httpx.ASGITransport(app=shop, client=(address or some_address(), 50_000))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shop.test", headers=headers
    ) as made:
        yield made


@asynccontextmanager
async def shop_with(settings: Any) -> AsyncIterator[Any]:
    """A second shop in this process, started, with `settings`; as an ASGI application."""
    from app.factory import create_app, create_asgi_app

    async with running(create_asgi_app(create_app(settings))) as started:
        yield started


async def all_items(
    client: httpx.AsyncClient, path: str, headers: Mapping[str, str], **query: Any
) -> list[Any]:
    """Return the items of all pages of a list."""
    items: list[Any] = []
    cursors = [""]
    while True:
        cursor = {"cursor": cursors[-1]} if cursors[-1] else {}
        answer = await client.get(path, params={**query, **cursor}, headers=headers)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        following = answer.json()["next"]
        if following is None:
            return items
        assert following not in cursors
        cursors.append(following)
