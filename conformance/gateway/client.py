"""Clients of the gateway with an address of their own, and what NGINX and the apis wrote about them."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import psutil

from conformance.gateway.nginx import HOST_NAME, Ports
from conformance.shop import Shop
from conformance.wire import Answer

OURS = "127.0.0.1"
"""A client that no limit holds for; any other of 127.0.0.0/8 is a stranger, but 127.0.3.0/24."""
PATIENCE = 20.0


def ports(shop: Shop) -> Ports:
    """Return where the gateway of this shop listens."""
    return Ports.read(shop.folder)


@asynccontextmanager
async def connection(
    port: int, *, source: str = OURS, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection from that address of loopback, closed in the end."""
    name = HOST_NAME if tls else None
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(source, 0), ssl=tls, server_hostname=name
    )
    try:
        yield reader, writer
    finally:
        writer.close()


async def say(
    port: int,
    data: bytes,
    *,
    source: str = OURS,
    tls: ssl.SSLContext | None = None,
    quiet: float | None = None,
) -> bytes:
    """Send `data` on a new connection, and return all that comes until it ends, or until nothing came for `quiet` seconds.

    Neither side of the connection is closed before: NGINX would take that for a client that has left.
    """
    async with connection(port, source=source, tls=tls) as (reader, writer):
        with suppress(OSError):
            writer.write(data)
            await writer.drain()
        return await everything(reader, quiet)


async def everything(reader: asyncio.StreamReader, quiet: float | None = None) -> bytes:
    """Return what comes until the connection ends, or until nothing came for `quiet` seconds."""
    parts = []
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError, ssl.SSLError):
            while part := await _piece(reader, quiet):
                parts.append(part)
    return b"".join(parts)


async def _piece(reader: asyncio.StreamReader, quiet: float | None) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(65_536), quiet)
    except TimeoutError:
        if quiet is None:
            raise
        return b""


def asked(
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    host: str = "shop.test",
    more: Mapping[str, str] | None = None,
    **headers: str,
) -> bytes:
    """Return a request after whose answer the connection ends; "_" in names of `headers` stands for "-"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | dict(more or {})
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def answers(came: bytes) -> list[Answer]:
    """Return the answers in what came over one connection. Raises AssertionError if it is not HTTP."""
    found = []
    while came:
        head, end, rest = came.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        assert end, f"not an answer: {came[:200]!r}"
        assert lines[0].startswith("HTTP/1.1 "), f"not an answer: {came[:200]!r}"
        pairs = [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines[1:])]
        headers = dict(pairs)
        size = int(headers.get("content-length", len(rest)))
        names = tuple(name for name, _ in pairs)
        found.append(Answer(int(lines[0].split(" ")[1]), headers, rest[:size], 0, names=names))
        came = rest[size:]
    return found


async def one(
    port: int, data: bytes, *, source: str = OURS, tls: ssl.SSLContext | None = None
) -> Answer:
    """Send a request on a new connection and return its only answer. Raises AssertionError for another number."""
    found = answers(await say(port, data, source=source, tls=tls))
    assert len(found) == 1, f"{len(found)} answers to {data[:80]!r}"
    return found[0]


def trusting(shop: Shop) -> ssl.SSLContext:
    """Return a TLS client that trusts the certificate of this run and no other."""
    return ssl.create_default_context(cafile=str(shop.folder / "nginx" / "tls.crt"))


def access_log(shop: Shop) -> list[dict[str, Any]]:
    """Return NGINX's access log, line by line."""
    text = (shop.folder / "access.log").read_text(encoding="utf-8", errors="replace")
    return [json.loads(line) for line in text.splitlines()]


def served(shop: Shop, request_id: str) -> int:
    """Return how many requests with that id the apis have logged."""
    return sum(f'"request_id":"{request_id}"' in line for line in shop.log.splitlines())


def connections_to_apis(shop: Shop) -> set[frozenset[int]]:
    """Return the connections to the apis by their ports, with those that ended in the last minute, whoever ended them.

    Compare two: what stands here may be from the check before.
    """
    apis = set(ports(shop).apis)
    ends: set[frozenset[int]] = set()
    for found in psutil.net_connections("tcp"):
        # Of one that lives both ends are seen here.
        if found.laddr and found.raddr and {found.laddr.port, found.raddr.port} & apis:
            ends.add(frozenset({found.laddr.port, found.raddr.port}))
    return ends
