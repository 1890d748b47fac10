"""What the gateway keeps off the apis: slow clients, floods, and requests that can be read in two ways."""

import asyncio
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from conformance.gateway import NAME
from conformance.gateway_client import (
    answers,
    asked,
    connection,
    connections_to_apis,
    everything,
    one,
    say,
    served,
)
from conformance.gateway_errors import fault
from conformance.gateway_http2 import ask
from conformance.helpers import product_path
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Wire

SLOW_HEADS, SLOW_BODIES = 300, 150
HEADER_SECONDS = BODY_SECONDS = 10.0
"""client_header_timeout and client_body_timeout in shop/http.conf."""
MOST_CONNECTIONS = 100
"""limit_conn in shop/limits.conf."""


# -- slow clients -------------------------------------------------------------------------------


@check("gateway slow clients", seconds=60, ways=(NAME,))
async def slow_clients(shop: Shop) -> str:
    """450 clients that send their requests slowly are cut off; the p99 of the others stays, and no api sees them."""
    before = await _p99(shop, asyncio.create_task(asyncio.sleep(2)))
    id_ = f"slow-{secrets.token_hex(8)}"
    slow = [_slow_head(shop, f"127.0.4.{1 + n % 6}", id_) for n in range(SLOW_HEADS)]
    slow += [_slow_body(shop, f"127.0.5.{1 + n % 3}", id_) for n in range(SLOW_BODIES)]
    connections = connections_to_apis(shop)
    under_way = asyncio.gather(*slow)
    during = await _p99(shop, under_way)
    seconds = await under_way
    assert max(seconds) < HEADER_SECONDS + 5, f"one was cut off after {max(seconds):.0f} s"
    assert min(seconds) > HEADER_SECONDS / 2, f"one was cut off after {min(seconds):.1f} s"
    assert served(shop, id_) == 0, f"the apis saw {served(shop, id_)}"
    more = connections_to_apis(shop) - connections
    assert more < SLOW_BODIES / 2, f"{more} connections to the apis for slow clients"
    assert during < 4 * before + 0.25, (
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


async def _slow_body(shop: Shop, source: str, id_: str) -> float:
    """Announce a body, and send nothing of it; return the seconds until the connection was cut."""
    began = time.monotonic()
    async with connection(shop.port, source=source) as (reader, writer):
        writer.write(f"POST /api/v1/brands HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id_}\r\n".encode())
        writer.write(b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        came = await everything(reader)
        assert came == b"", came
        return time.monotonic() - began


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
    held = [connection(shop.port, source="127.0.6.5") for _ in range(MOST_CONNECTIONS + 5)]
    opened = [await each.__aenter__() for each in held]
    try:
        for _, writer in opened:
            writer.write(waiting)
        # The last of them is being read once this one is refused.
        for _ in range(100):
            answer = await one(shop.port, asked("GET", "/livez"), source="127.0.6.5")
            if answer.status == 429:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(
            f"{MOST_CONNECTIONS} connections at work, and one more: {answer.status}"
        )
    finally:
        for each in held:
            await each.__aexit__(None, None, None)


# -- requests that can be read in two ways ------------------------------------------------------

PLACE = "0123456789abcdef"
"""Where a hidden request has its id."""
CHUNKED = "Transfer-Encoding: chunked\r\n"


def _attempts(inner: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Yield a name, the headers and the body of requests that hide `inner`."""
    yield from _with_lengths(inner)
    yield from _with_chunks(inner)


def _with_lengths(inner: bytes) -> Iterator[tuple[str, str, bytes]]:
    size = len(inner)
    end = b"0\r\n\r\n"
    in_a_chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (size, inner)
    yield "CL.TE", f"Content-Length: {size + 5}\r\n{CHUNKED}", end + inner
    yield "TE.CL", f"{CHUNKED}Content-Length: 4\r\n", in_a_chunk
    yield "two lengths", f"Content-Length: 0\r\nContent-Length: {size}\r\n", inner
    yield "a length twice", f"Content-Length: {size}\r\nContent-Length: {size}\r\n", inner
    yield "a list of lengths", f"Content-Length: 0, {size}\r\n", inner
    yield "a signed length", "Content-Length: +0\r\n", inner
    yield (
        "a folded encoding",
        f"Content-Length: {size + 5}\r\nTransfer-Encoding:\r\n chunked\r\n",
        end + inner,
    )
    yield "a folded header", f"X-A: b\r\n Content-Length: 0\r\nContent-Length: {size}\r\n", inner
    yield "a header that begins folded", f" X-A: b\r\nContent-Length: {size}\r\n", inner
    yield "a bare LF", f"Content-Length: {size + 5}\r\nX-A: b\n{CHUNKED}", end + inner
    yield "a bare CR", f"Content-Length: {size + 5}\r\nX-A: b\r{CHUNKED}", end + inner
    yield "a NUL", f"Content-Length: {size + 5}\r\nX-A: b\0\r\n{CHUNKED}", end + inner


def _with_chunks(inner: bytes) -> Iterator[tuple[str, str, bytes]]:
    size = len(inner)
    end = b"0\r\n\r\n"
    in_a_chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (size, inner)
    for value in (
        "xchunked",
        "chunked, identity",
        "identity, chunked",
        "chunked, chunked",
        '"chunked"',
        "\x0bchunked",
    ):
        yield (
            f"the encoding {value!r}",
            f"Transfer-Encoding: {value}\r\nContent-Length: {size}\r\n",
            inner,
        )
    yield (
        "a space before the colon",
        f"Content-Length: {size + 5}\r\nTransfer-Encoding : chunked\r\n",
        end + inner,
    )
    yield (
        "two encodings",
        f"{CHUNKED}Transfer-Encoding: identity\r\nContent-Length: 4\r\n",
        in_a_chunk,
    )
    yield "a chunk that is too long", CHUNKED, b"ffffffffffffffff0\r\n" + inner
    yield "a chunk's size in words", CHUNKED, b"0x0\r\n\r\n" + inner
    yield "a length with an underscore", f"Content_Length: 0\r\nContent-Length: {size}\r\n", inner
    yield "lines in chunks that end in LF", CHUNKED, b"%x\n%b\n0\n\n" % (size, inner)
    yield "a chunk's extension with a LF", CHUNKED, b"%x;a\nb\r\n%b\r\n0\r\n\r\n" % (size, inner)


@check("gateway smuggling", seconds=60, ways=(NAME,))
async def smuggling(shop: Shop) -> str:
    """Requests that can be read in two ways are refused, or forwarded as one; what hides in them is never served."""
    attempts = list(_attempts(_inner(PLACE)))
    found = await asyncio.gather(*(_attempt(shop, *each) for each in attempts))
    wrong = [said for said, _ in found if said] + await _over_http2(shop)
    after = await one(shop.port, asked("GET", "/livez"))
    assert after.status == 200, after
    assert not wrong, "\n".join(wrong)
    refused = sum(not seen for _, seen in found)
    return f"{refused} of {len(attempts)} refused, the others forwarded as one"


async def _attempt(shop: Shop, name: str, headers: str, body: bytes) -> tuple[str, int]:
    """Send one; return what was wrong, an empty text if nothing, and how many requests the apis saw."""
    outer, inner = secrets.token_hex(16), secrets.token_hex(len(PLACE) // 2)
    start = f"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nX-Request-Id: {outer}\r\n{headers}\r\n"
    came = await say(
        shop.port, start.encode("latin-1") + body.replace(PLACE.encode(), inner.encode()), quiet=2
    )
    seen, hidden, count = served(shop, outer), served(shop, inner), came.count(b"HTTP/1.1 ")
    if count > 1 or seen > 1 or hidden:
        return f"{name}: {count} answers, the apis saw {seen} and {hidden}: {came[:60]!r}", seen
    return "", seen


def _inner(id_: str) -> bytes:
    return f"GET /api/v1/brands HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id_}\r\n\r\n".encode()


async def _over_http2(shop: Shop) -> list[str]:
    """Try what HTTP/1 is made of in fields of HTTP/2; return what went wrong."""
    wrong = []
    inner = secrets.token_hex(7)
    for name, field in (
        ("an encoding", (b"transfer-encoding", b"chunked")),
        ("a line break", (b"x-a", b"b\r\ntransfer-encoding: chunked")),
        (
            "a request",
            (b"x-a", f"b\r\n\r\nGET / HTTP/1.1\r\nX-Request-Id: {inner}\r\n\r\n".encode()),
        ),
        ("a wrong length", (b"content-length", b"3")),
    ):
        outer = secrets.token_hex(16)
        fields = [(b"x-request-id", outer.encode()), field]
        status = await ask(shop, "POST", "/api/v1/login", fields, body=_inner(inner))
        if served(shop, outer) > 1 or served(shop, inner):
            wrong.append(f"HTTP/2, {name}: {status}, {served(shop, outer)}, {served(shop, inner)}")
    return wrong
