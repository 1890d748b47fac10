"""Requests that can be read in two ways: the gateway refuses them, or reads them in one and writes that down anew."""

import asyncio
import secrets
from collections.abc import Iterator

from conformance.gateway.client import asked, one, say, served
from conformance.gateway.http2 import ask
from conformance.gateway.nginx import NAME
from conformance.registry import check
from conformance.shop import Shop

LOG_SECONDS = 0.3
"""How long a line of the apis' logs may come behind its answer."""
PLACE = "0123456789abcdef"
"""Where a hidden request has its id."""
CHUNKED = "Transfer-Encoding: chunked\r\n"
HARMLESS = {
    "nothing but a bare LF",
    "a length with an underscore",
    "lines in chunks that end in LF",
    "HTTP/2, an encoding",
}
"""What NGINX may pass on, as it reads them in one way and writes them anew: lines with CRLF, one length, no odd name."""


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
    yield "nothing but a bare LF", f"X-A: b\nContent-Length: {size}\r\n", inner
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
    """CL.TE, TE.CL, two lengths, folded lines, bare LF and others: refused, and no api sees them; what is harmless is passed on as one."""
    attempts = list(_attempts(_inner(PLACE)))
    found = await asyncio.gather(*(_attempt(shop, *each) for each in attempts))
    found += await _over_http2(shop)
    after = await one(shop.port, asked("GET", "/livez"))
    assert after.status == 200, after
    wrong = [said for said, _ in found if said]
    assert not wrong, "\n".join(wrong)
    refused = sum(not seen for _, seen in found)
    return f"{refused} of {len(found)} refused, the others passed on as one"


def _judged(name: str, status: int, seen: int, hidden: int) -> tuple[str, int]:
    """Return what was wrong with one attempt, an empty text if nothing, and how many requests the apis saw.

    400 is a refusal, and so is 501 for an encoding and, in HTTP/2, a reset (0).
    """
    refusals = {400}
    refusals |= {501} if name.startswith("the encoding") else set()
    refusals |= {0} if name.startswith("HTTP/2") else set()
    good = (status in refusals and not seen) or (name in HARMLESS and seen == 1)
    if hidden or not good:
        return f"{name}: {status}, the apis saw {seen}, and {hidden} hidden", seen
    return "", seen


async def _attempt(shop: Shop, name: str, headers: str, body: bytes) -> tuple[str, int]:
    """Send one; return what _judged() says."""
    outer, inner = secrets.token_hex(16), secrets.token_hex(len(PLACE) // 2)
    start = f"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nX-Request-Id: {outer}\r\n{headers}\r\n"
    came = await say(
        shop.port, start.encode("latin-1") + body.replace(PLACE.encode(), inner.encode()), quiet=2
    )
    count = came.count(b"HTTP/1.1 ")
    if count != 1:
        return f"{name}: {count} answers: {came[:60]!r}", served(shop, outer)
    await asyncio.sleep(LOG_SECONDS)
    return _judged(name, int(came[9:12]), served(shop, outer), served(shop, inner))


def _inner(id_: str) -> bytes:
    return f"GET /api/v1/brands HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id_}\r\n\r\n".encode()


async def _over_http2(shop: Shop) -> list[tuple[str, int]]:
    """Try what HTTP/1 is made of in fields of HTTP/2; return what _judged() says of each."""
    found = []
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
        await asyncio.sleep(LOG_SECONDS)
        found.append(_judged(f"HTTP/2, {name}", status, served(shop, outer), served(shop, inner)))
    return found
