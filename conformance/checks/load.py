"""The first sale, keep-alive under load, and requests that wait at the same time."""

import asyncio
import subprocess
import sys
from collections import Counter
from urllib.parse import quote

from conformance.helpers import PRODUCTS, codes, get, locked, product_path, until_waiting
from conformance.registry import NotApplicable, check
from conformance.shop import WORKERS, Shop
from conformance.wire import Answer, Wire
from local.environments import ROOT
from tests.support.locks import waiting

READS = 3000
CONNECTIONS = 32


@check("sale", seconds=60)
async def first_sale(shop: Shop) -> None:
    """`examples/first_sale.py`: search, cart, checkout, payment, collection."""
    command = [sys.executable, "examples/first_sale.py", shop.url]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=50
    )
    assert done.returncode == 0, done.stdout + done.stderr


@check("keep-alive", seconds=90)
async def keep_alive(shop: Shop) -> str:
    """3,000 mixed reads on 32 connections: all 200, and the connections are used again."""
    paths = [f"{PRODUCTS}/{code}" for code in codes(shop)[:60]]
    paths += [PRODUCTS, f"{PRODUCTS}?sort=-price&in_stock=true", "/livez", "/readyz"]
    paths += ["/api/v1/brands", "/api/v1/categories"]
    paths += [f"{PRODUCTS}?q={quote(words)}" for words in ("milk", "creme", "jalapeno", "bred")]
    numbers = iter(range(READS))
    seen: Counter[int] = Counter()
    wires = [Wire(shop.port) for _ in range(CONNECTIONS)]

    async def read(wire: Wire) -> None:
        for number in numbers:
            seen[(await wire.ask("GET", paths[number % len(paths)])).status] += 1
        wire.close()

    async with asyncio.TaskGroup() as group:
        for wire in wires:
            group.create_task(read(wire))
    assert seen == {200: READS}, f"statuses: {dict(seen)}"
    opened = sum(wire.opened for wire in wires)
    if not shop.way.keeps_alive:
        assert opened == READS, f"{opened} connections opened by a server that keeps none"
        raise NotApplicable("closes the connection after each answer, and says so")
    # A process that had its share of requests may close once in a while, but must say so before.
    unannounced = sum(wire.unannounced for wire in wires)
    assert unannounced == 0, f"{unannounced} connections closed without a word"
    assert opened <= CONNECTIONS * 4, f"{opened} connections opened for {CONNECTIONS}"
    return f"{opened} sockets"


@check("at once")
async def at_once(shop: Shop) -> str:
    """Requests wait for a lock in PostgreSQL at the same time, while /livez answers."""
    path = product_path(shop)
    # Fewer than the threads of any server that has some: the one more is /livez.
    few = 3 if shop.way.concurrent else WORKERS - 1
    async with locked(shop):
        asked = [asyncio.create_task(get(shop, path)) for _ in range(few)]
        await until_waiting(shop, few)
        alive = await asyncio.wait_for(get(shop, "/livez"), 1)
        asked += [asyncio.create_task(get(shop, path)) for _ in range(16 - few)]
        most = await _most_waiting(shop)
    answers = await asyncio.gather(*asked)
    assert alive.status == 200, f"/livez: {alive.status}"
    assert {answer.status for answer in answers} == {200}, _statuses(answers)
    if shop.way.concurrent:
        assert most > WORKERS, f"only {most} at once"
    else:
        assert most == WORKERS, f"{most} at once in {WORKERS} processes"
    return str(most)


async def _most_waiting(shop: Shop) -> int:
    """Return the number of waiting requests once it has not grown for a while."""
    most, unchanged = 0, 0
    while unchanged < 8:
        now = waiting(shop.database)
        most, unchanged = (now, 0) if now > most else (most, unchanged + 1)
        await asyncio.sleep(0.03)
    return most


def _statuses(answers: list[Answer]) -> str:
    return f"statuses: {dict(Counter(answer.status for answer in answers))}"
