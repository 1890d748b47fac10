"""Heads without an end, in bytes or in time."""

import asyncio
import time

from conformance.gateway.nginx import NAME
from conformance.helpers import get
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Wire

START = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
REFUSALS = frozenset({400, 413, 414, 431, 494})
LONG = 1_048_576
PIECE = 65_536
FLOOD = 32 * 1024 * 1024
MOST_GROWTH = 12 * 1024 * 1024
HEAD_SECONDS = 10.0
SLACK = 5.0
ENDING = ("gunicorn", "uvicorn", "pgbouncer", "granian", NAME)
"""The ways that bound the time which a head may take: under the others that is their gateway's."""


@check("heads", seconds=60)
async def heads(shop: Shop) -> None:
    """A head of a mebibyte is refused, in one field or in many, and one without an end is cut off, with no memory kept for it."""
    wrong = []
    for name, head in (
        ("a long target", b"GET /" + b"a" * LONG),
        ("a long field", START + b"X: " + b"y" * LONG),
        ("many fields", START + b"X: y\r\n" * (LONG // 6)),
    ):
        answer = await _said(shop, head + b"\r\n\r\n")
        if answer and int(answer[9:12]) not in REFUSALS:
            wrong.append(f"{name}: {answer[:40]!r}")
    before = _memory(shop)
    for name, start, piece in (
        ("a line without an end", START + b"X: ", b"y" * PIECE),
        ("fields without an end", START, b"X: yyyyyyyyyyyy\r\n" * (PIECE // 17)),
        ("empty lines without an end", b"", b"\r\n" * (PIECE // 2)),
    ):
        if shop.way.name == NAME and not start:
            continue  # NGINX throws them away, until client_header_timeout
        if sent := await _flooded(shop, start, piece):
            wrong.append(f"{name}: {sent} bytes were taken")
    if (grown := _memory(shop) - before) > MOST_GROWTH:
        wrong.append(f"{grown} bytes more memory")
    assert not wrong, "; ".join(wrong)
    assert (await get(shop, "/livez")).status == 200


async def _said(shop: Shop, data: bytes) -> bytes:
    async with Wire(shop.port) as wire:
        await wire.send(data)
        return await wire.everything(SLACK)


async def _flooded(shop: Shop, start: bytes, piece: bytes) -> int:
    """Send pieces until the server ends the connection; return how much it took if it took all of FLOOD."""
    async with Wire(shop.port) as wire:
        await wire.send(start)
        ended = asyncio.create_task(wire.everything())
        for _ in range(0, FLOOD, len(piece)):
            await asyncio.sleep(0)
            if ended.done():
                return 0
            await wire.send(piece)
        wire.finish_sending()
        return FLOOD if not await ended else 0


def _memory(shop: Shop) -> int:
    return sum(process.memory_info().rss for process in shop.processes())


@check("slow heads", ways=ENDING)
async def slow_heads(shop: Shop) -> str:
    """A connection that says nothing, or never comes to the end of a head, is closed after some ten seconds."""
    began = time.monotonic()
    silent, half, dripping, later = (Wire(shop.port) for _ in range(4))
    await silent.open()
    await half.send(START)
    assert (await later.ask("GET", "/livez")).status == 200
    await later.send(START)
    dropping = asyncio.create_task(_drip(dripping))
    for wire in (silent, half, dripping, later):
        left = HEAD_SECONDS + SLACK - (time.monotonic() - began)
        assert await wire.is_closed_by_server(max(left, 0)), "a connection was held"
        wire.close()
    dropping.cancel()
    return f"{time.monotonic() - began:.0f} s"


async def _drip(wire: Wire) -> None:
    await wire.send(START + b"X: ")
    while True:
        await asyncio.sleep(0.5)
        await wire.send(b"y")
