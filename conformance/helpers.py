"""What several checks need: requests that wait because the suite wants it, and a look at what the database does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from conformance.shop import Shop
from conformance.wire import Answer, Wire
from tests.builders import filled_cart, on_sale, rows, value
from tests.support.locks import transaction, waiting

PRODUCTS = "/api/v1/products"
LOCK_SECONDS = 2.0
"""How long the suite holds a lock at most: what waits for one gets 503 after three seconds (database.lock_timeout)."""
_BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'ogs_app' AND state <> 'idle'
"""


def codes(shop: Shop) -> list[str]:
    """Return the codes of the demo's products, in order."""
    if "codes" not in shop.memory:
        found = rows(shop.database, "SELECT code FROM product ORDER BY id")
        shop.memory["codes"] = [row.code for row in found]
    known: list[str] = shop.memory["codes"]
    return known


def product_path(shop: Shop) -> str:
    """Return the path of a product of the demo's."""
    return f"{PRODUCTS}/{codes(shop)[0]}"


def picture_path(shop: Shop) -> str:
    """Return the path of a small picture of the demo's."""
    shown = value(shop.database, "SELECT image FROM product ORDER BY id LIMIT 1")
    return f"/api/v1/images/{shown}/small"


def carts(shop: Shop, count: int, products: int = 9) -> list[Any]:
    """Make that many guests' carts of three lines each; they share so many products, which are in stock.

    A product's row is locked until its sale is committed, so few products make checkouts wait for each other.
    """
    sold = [on_sale(shop.database, stock=1_000_000) for _ in range(products)]
    return [
        filled_cart(
            shop.database,
            *((sold[(3 * number + step) % products], 1) for step in range(3)),
            hours=9,
        )
        for number in range(count)
    ]


async def get(shop: Shop, path: str, **headers: str) -> Answer:
    """Send one GET on a connection of its own."""
    async with Wire(shop.port) as wire:
        return await wire.ask("GET", path, headers=headers)


@asynccontextmanager
async def locked(shop: Shop) -> AsyncIterator[None]:
    """Hold a lock that everything about a product waits for, until the block ends or LOCK_SECONDS are over."""
    async with transaction(shop.database) as cursor:
        cursor.execute("LOCK TABLE product IN ACCESS EXCLUSIVE MODE")
        try:
            async with asyncio.timeout(LOCK_SECONDS):
                yield
        except TimeoutError:
            raise AssertionError(f"not done in the {LOCK_SECONDS} s of the lock") from None


async def until(true: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Return when `true()`. Raises AssertionError, with `what` was awaited, after that many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        await asyncio.sleep(0.02)


async def until_waiting(shop: Shop, count: int) -> None:
    """Return when that many requests wait in PostgreSQL for a lock."""
    seconds = LOCK_SECONDS * 0.7
    await until(lambda: waiting(shop.database) >= count, f"{count} waiting requests", seconds)


async def until_idle(shop: Shop) -> None:
    """Return when no connection of the app does anything: each is back in its pool, or gone."""
    await until(lambda: value(shop.database, _BUSY) == 0, "all connections of the app idle")


def new_tracebacks(shop: Shop, before: str) -> str:
    """Return the tracebacks that the log has got since it was `before`, an empty text for none."""
    said = shop.log[len(before) :]
    place = said.find("Traceback")
    return "" if place < 0 else said[max(0, place - 300) : place + 1500]
