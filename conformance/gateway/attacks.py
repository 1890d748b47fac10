"""What the gateway keeps off the apis: slow clients and floods."""

import asyncio
import secrets
import statistics
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from typing import Any

from conformance.gateway.client import (
    answers,
    asked,
    connection,
    connections_to_apis,
    everything,
    one,
    say,
    served,
)
from conformance.gateway.errors import fault
from conformance.gateway.nginx import NAME
from conformance.helpers import product_path
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Wire

SLOW_HEADS, SLOW_BODIES = 300, 150
CUT_SECONDS = 10.0
"""client_header_timeout and client_body_timeout in shop/http.conf."""
DRIP_SECONDS = 12
"""Longer than that: a body that drips is not cut off, and costs the others nothing all the same."""
MOST_CONNECTIONS = 100
"""limit_conn in shop/limits.conf."""


# -- slow clients -------------------------------------------------------------------------------


@check("gateway slow clients", seconds=60, ways=(NAME,))
async def slow_clients(shop: Shop) -> str:
    """300 heads and 150 bodies come slowly, half of these a byte a second: the p99 of the others stays, and no api sees them."""
    before = await _p99(shop, asyncio.create_task(asyncio.sleep(4)))
    id_ = f"slow-{secrets.token_hex(8)}"
    slow = [_slow_head(shop, f"127.0.4.{1 + n % 6}", id_) for n in range(SLOW_HEADS)]
    slow += [_still_body(shop, f"127.0.5.{1 + n % 3}", id_) for n in range(SLOW_BODIES // 2)]
    dripping = [_dripping_body(shop, f"127.0.5.{4 + n % 3}", id_) for n in range(SLOW_BODIES // 2)]
    connections = connections_to_apis(shop)
    cut = asyncio.gather(*slow)
    under_way = asyncio.gather(cut, *dripping)
    during = await _p99(shop, under_way)
    await under_way
    seconds = cut.result()
    assert max(seconds) < CUT_SECONDS + 5, f"one was cut off after {max(seconds):.0f} s"
    assert min(seconds) > CUT_SECONDS / 2, f"one was cut off after {min(seconds):.1f} s"
    assert served(shop, id_) == 0, f"the apis saw {served(shop, id_)}"
    more = len(connections_to_apis(shop) - connections)
    assert more < SLOW_BODIES / 2, f"{more} connections to the apis for slow clients"
    assert during < 2 * before + 0.05, (
        f"p99 {before * 1000:.0f} ms before, {during * 1000:.0f} ms during"
    )
    return f"p99 {before * 1000:.0f} ms without, {during * 1000:.0f} ms with"


async def _p99(shop: Shop, meanwhile: "asyncio.Future[Any]") -> float:
    """Return the 99th percentile of a read's seconds, of readers that ask until `meanwhile` is over."""
    path = product_path(shop)
    seconds: list[float] = []

    async def read() -> None:
        async with Wire(shop.port) as wire:
            while not meanwhile.done():
                answer = await wire.ask("GET", path)
                assert answer.status == 200, answer
                seconds.append(answer.seconds)

    await asyncio.gather(*(read() for _ in range(4)))
    return statistics.quantiles(seconds, n=100)[98]


async def _slow_head(shop: Shop, source: str, id_: str) -> float:
    """Send a request head letter by letter; return the seconds until the connection was cut."""
    began = time.monotonic()
    async with connection(shop.port, source=source) as (reader, writer):
        writer.write(f"GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id_}\r\nX-More: ".encode())
        return await _until_cut(began, reader, writer)


async def _still_body(shop: Shop, source: str, id_: str) -> float:
    """Send one byte of a body and no more; return the seconds until the connection was cut."""
    began = time.monotonic()
    async with connection(shop.port, source=source) as (reader, writer):
        writer.write(_with_a_body(id_))
        came = await everything(reader)
        assert came == b"", came
        return time.monotonic() - began


async def _dripping_body(shop: Shop, source: str, id_: str) -> None:
    """Send a byte of a body each second, and leave before its end."""
    async with connection(shop.port, source=source) as (reader, writer):
        writer.write(_with_a_body(id_))
        for _ in range(DRIP_SECONDS):
            await asyncio.sleep(1)
            writer.write(b" ")
        cut = reader.at_eof() or reader.exception() is not None
        assert not cut, "a body that came slowly, but came, was cut off"


def _with_a_body(id_: str) -> bytes:
    head = f"POST /api/v1/brands HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id_}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode()


async def _until_cut(
    began: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> float:
    ended = asyncio.create_task(everything(reader))
    while not ended.done():
        with suppress(OSError):
            writer.write(b"x")
        await asyncio.wait([ended], timeout=1)
    assert ended.result() == b"", ended.result()
    return time.monotonic() - began


# -- floods -------------------------------------------------------------------------------------


@check("gateway limits", seconds=60, ways=(NAME,))
async def limits(shop: Shop) -> None:
    """Too many logins, carts, requests or connections of one address are 429; another address is served."""
    broken = b'{"email":'
    for name, source, data, most in (
        ("logins", "127.0.6.1", asked("POST", "/api/v1/login", body=broken), 12),
        ("registrations", "127.0.6.2", asked("POST", "/api/v1/customers", body=broken), 12),
        ("carts", "127.0.6.3", asked("POST", "/api/v1/carts"), 24),
    ):
        got = [await one(shop.port, data, source=source) for _ in range(most * 2)]
        refused = [answer for answer in got if answer.status == 429]
        assert refused, f"{name}: {Counter(answer.status for answer in got)}"
        assert fault(refused[0], 429) == "", f"{name}: {fault(refused[0], 429)}"
        assert (await one(shop.port, data, source="127.0.6.9")).status != 429, name
    reading = await one(shop.port, asked("GET", "/api/v1/login"), source="127.0.6.1")
    assert reading.status == 401, f"who is logged in, after too many logins: {reading.status}"
    many = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" * 700 + asked("GET", "/livez")
    flood = Counter(
        answer.status for answer in answers(await say(shop.port, many, source="127.0.6.4"))
    )
    assert set(flood) == {200, 429}, f"requests: {flood}"
    await _too_many_connections(shop)


async def _too_many_connections(shop: Shop) -> None:
    waiting = b"POST /api/v1/brands HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
    async with AsyncExitStack() as held:

        async def hold() -> None:
            made = connection(shop.port, source="127.0.6.5")
            (await held.enter_async_context(made))[1].write(waiting)

        for _ in range(MOST_CONNECTIONS):
            await hold()
        for _ in range(20):
            answer = await one(shop.port, asked("GET", "/livez"), source="127.0.6.5")
            if answer.status == 429:
                return
            # It got in before the last of them, which was then refused in its place.
            await hold()
    raise AssertionError(f"{MOST_CONNECTIONS} connections at work, and one more: {answer.status}")
