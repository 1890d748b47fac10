"""Bodies of every size, and a streamed answer."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import flask_swagger_ui

from conformance.helpers import get
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Answer, Wire, request

LOGIN = "/api/v1/login"
JSON = {"Content-Type": "application/json"}
LIMIT = 1_048_576
"""The setting http.max_body_bytes as it is by default."""
SCRIPT = "swagger-ui-bundle.js"
SLOW_PIECE = 65_536
MOST_GROWTH = 24 * 1024 * 1024


@dataclass(frozen=True)
class Body:
    """A body for a route that takes JSON, and the status that it must have there."""

    name: str
    content: bytes
    status: int


def _object_of(size: int) -> bytes:
    """Return a JSON object of exactly that many bytes, which no schema takes."""
    empty = json.dumps({"unknown": ""}).encode()
    return empty.replace(b'""', b'"%b"' % (b"x" * (size - len(empty))))


BODIES = (
    Body("nothing", b"", 400),
    Body("one byte", b"{", 400),
    Body("64 KiB", _object_of(65_536), 422),
    Body("the most", _object_of(LIMIT), 422),
    Body("one too many", _object_of(LIMIT + 1), 413),
    Body("four times too many", _object_of(4 * LIMIT), 413),
)


@check("bodies", seconds=60)
async def bodies(shop: Shop) -> None:
    """Bodies of 0, 1 B, 64 KiB, the limit and beyond, with a length and in chunks; who may send is asked first."""
    wrong = []
    for body in BODIES:
        for chunked in (False, True):
            for headers in ({}, {"Expect": "100-continue"}):
                what = f"{body.name}, {'in chunks' if chunked else 'with a length'}, {headers or 'at once'}"
                try:
                    await _one_body(shop, body, headers, chunked=chunked)
                except (AssertionError, OSError, EOFError) as error:
                    wrong.append(f"{what}: {error!r}")
    assert not wrong, "\n".join(wrong)


async def _one_body(shop: Shop, body: Body, headers: Mapping[str, str], *, chunked: bool) -> None:
    async with Wire(shop.port) as wire:
        if headers:
            answer = await _after_permission(wire, body, chunked=chunked)
        else:
            answer = await wire.ask("POST", LOGIN, body=body.content, chunked=chunked, headers=JSON)
        assert answer.status == body.status, f"{answer.status} instead of {body.status}"
        assert answer.is_problem, f"not a problem: {answer.headers} {answer.body[:200]!r}"
        # Either the connection goes on, or it is closed in order.
        after = await wire.ask("GET", "/livez")
        assert after.status == 200, f"then /livez: {after.status}"


async def _after_permission(wire: Wire, body: Body, *, chunked: bool) -> Answer:
    """Send the head, wait for a word, and send the body if it is wanted."""
    asking = {**JSON, "Expect": "100-continue"}
    whole = request("POST", LOGIN, body=body.content, chunked=chunked, headers=asking)
    head, _, content = whole.partition(b"\r\n\r\n")
    await wire.send(head + b"\r\n\r\n")
    first = await wire.interim_or_answer("POST", 1)
    if isinstance(first, Answer):
        # The refusal came first: a client must not send the body then, and the connection ends.
        wire.close()
        return first
    # 100 came, or nothing: a client need not wait for ever (RFC 9110, 10.1.1).
    await wire.send(content)
    return await wire.answer("POST")


@check("stream", seconds=60)
async def stream(shop: Shop) -> None:
    """The docs page's script: whole, read slowly by several, HEAD, a range, and no memory kept for it."""
    path = f"/docs/assets/{SCRIPT}"
    content = files(flask_swagger_ui).joinpath("dist", SCRIPT).read_bytes()
    whole = await get(shop, path)
    assert (whole.status, whole.body) == (200, content), f"{whole.status}, {len(whole.body)} bytes"
    async with Wire(shop.port) as wire:
        head = await wire.ask("HEAD", path)
        assert head.status == 200, f"HEAD: {head.status}"
        assert head.headers.get("content-length") in {None, str(len(content))}, head.headers
        part = await wire.ask("GET", path, headers={"Range": "bytes=1000-1999"})
        assert part.status in {200, 206}, f"Range: {part.status}"
        assert part.body == (content[1000:2000] if part.status == 206 else content), "wrong range"
    await _all_slowly(shop, path, content)
    before = _memory(shop)
    for _ in range(2):
        await _all_slowly(shop, path, content)
    grown = _memory(shop) - before
    assert grown < MOST_GROWTH, f"{grown} bytes more memory"


async def _all_slowly(shop: Shop, path: str, content: bytes) -> None:
    async def slowly() -> bytes:
        async with Wire(shop.port, receive_buffer=SLOW_PIECE) as wire:
            await wire.send(request("GET", path, headers={"Connection": "close"}))
            parts = []
            while part := await wire.reader.read(SLOW_PIECE):
                parts.append(part)
                await asyncio.sleep(0.005)
            return b"".join(parts)

    for got in await asyncio.gather(*(slowly() for _ in range(8))):
        assert content in got or _joined(got) == content, f"{len(got)} of {len(content)} bytes"


def _joined(raw: bytes) -> bytes:
    """Return the body of an answer in chunks."""
    rest, parts = raw.partition(b"\r\n\r\n")[2], []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        parts.append(rest[:length])
        rest = rest[length + 2 :]
    return b"".join(parts)


def _memory(shop: Shop) -> int:
    return sum(process.memory_info().rss for process in shop.processes())
