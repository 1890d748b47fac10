"""How fast it is: one read and one checkout. And the books in the end."""

import asyncio
import json
import re
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from conformance.helpers import carts, product_path
from conformance.registry import check
from conformance.shop import Shop
from conformance.speed import SPEED, Speed
from conformance.wire import Answer, Wire

CONNECTIONS = 32
READS, CHECKOUTS, WARM_UP = 2000, 600, 300
PRODUCTS = 300
"""As many as the demo's: 32 checkouts of three lines at once rarely want the same ones."""
SECONDS = 3
ORDER = json.dumps({"contact_name": "Load", "contact_phone": "+49 30 5550100"}).encode()
_WRK = re.compile(r"99%\s+([0-9.]+)(us|ms|s)\b.*Requests/sec:\s+([0-9.]+)", re.DOTALL)
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

Step = Callable[[Wire, int], Awaitable[Answer]]


@check(SPEED, seconds=90)
async def speed(shop: Shop) -> None:
    """One product by its code and a checkout of three lines, on 32 connections: every answer as it should be."""
    path = product_path(shop)
    filled = carts(shop, CHECKOUTS, PRODUCTS)

    async def read(wire: Wire, _: int) -> Answer:
        return await wire.ask("GET", path)

    async def checkout(wire: Wire, number: int) -> Answer:
        cart = filled[number]
        headers = {**cart.headers, "Content-Type": "application/json"}
        target = f"/api/v1/carts/{cart.id}/checkout"
        return await wire.ask("POST", target, body=ORDER, headers=headers)

    await _measure(shop, read, WARM_UP, 200)
    wrk = shutil.which("wrk")
    reads = await _wrk(wrk, shop.url + path) if wrk else await _measure(shop, read, READS, 200)
    shop.memory[SPEED] = (reads, await _measure(shop, checkout, CHECKOUTS, 201))


async def _measure(shop: Shop, step: Step, requests: int, status: int) -> Speed:
    """Take that many steps on 32 connections. Raises AssertionError if an answer is another one."""
    numbers, seconds = iter(range(requests)), []
    seen: Counter[int] = Counter()

    async def client() -> None:
        wire = Wire(shop.port)
        for number in numbers:
            answer = await step(wire, number)
            seen[answer.status] += 1
            seconds.append(answer.seconds)
        wire.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(client())
    took = time.perf_counter() - began
    wrong = requests - seen[status]
    assert wrong == 0, f"{wrong / requests:.1%} of {requests} refused or wrong: {dict(seen)}"
    return Speed(requests / took, statistics.quantiles(seconds, n=100)[98] * 1000)


async def _wrk(program: str, url: str) -> Speed:
    """Load `url` with wrk. Raises AssertionError if an answer is not 200, or a socket fails."""
    command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        said = (await process.communicate())[0].decode()
    finally:
        if process.returncode is None:
            process.kill()
    for trouble in ("Non-2xx", "Socket errors"):
        found = next((line.strip() for line in said.splitlines() if trouble in line), "")
        assert not found, found
    figures = _WRK.search(said)
    assert figures, said
    return Speed(float(figures[3]), float(figures[1]) * _MILLISECONDS[figures[2]], "wrk")
