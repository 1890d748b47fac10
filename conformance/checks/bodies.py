"""Bodies of every size and of none, slow ones, and a streamed answer."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import flask_swagger_ui

from conformance.helpers import get, product_path
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Answer, Wire, request
from tests.builders import as_clerk

LOGIN = "/api/v1/login"
JSON = {"Content-Type": "application/json"}
LINES = "/api/v1/invoice-requests"
LIMIT = 16_384
"""The longest body where guests may post."""
LINES_LIMIT = 262_144
"""The longest of the staff's that have hundreds of lines."""
PICTURE = "/api/v1/categories/fruit/image"
PICTURE_LIMIT = 10_485_760
"""The longest of all, a picture's file."""
FAR_TOO_LONG = 4_194_304
SCRIPT = "swagger-ui-bundle.js"
SLOW_PIECE = 65_536
MOST_GROWTH = 24 * 1024 * 1024


@dataclass(frozen=True)
class Body:
    """A body for a route, by default that for logging in, by the staff or by nobody, and the status that it must have there."""

    name: str
    content: bytes
    status: int
    path: str = LOGIN
    staff: bool = False

    @property
    def method(self) -> str:
        """How it is sent."""
        return "PUT" if self.path == PICTURE else "POST"


def _object_of(size: int) -> bytes:
    """Return a JSON object of exactly that many bytes, which no schema takes."""
    empty = json.dumps({"unknown": ""}).encode()
    return empty.replace(b'""', b'"%b"' % (b"x" * (size - len(empty))))


BODIES = (
    Body("nothing", b"", 400),
    Body("one byte", b"{", 400),
    Body("the most", _object_of(LIMIT), 422),
    Body("one too many", _object_of(LIMIT + 1), 413),
    Body("far too many", _object_of(FAR_TOO_LONG), 413),
    Body("nothing but brackets", b"[]," * (LIMIT // 3), 400),
    Body("the staff's most", _object_of(LINES_LIMIT), 422, LINES, staff=True),
    Body("one too many of the staff's", _object_of(LINES_LIMIT + 1), 413, LINES, staff=True),
    Body("a picture's most", b"x" * PICTURE_LIMIT, 422, PICTURE, staff=True),
    Body("one too many of a picture's", b"x" * (PICTURE_LIMIT + 1), 413, PICTURE, staff=True),
    Body("nobody's picture", b"x" * PICTURE_LIMIT, 401, PICTURE),
)
STALL_SECONDS = 10
"""What app.core.traffic says; no server waits for twice that."""
# More than two processes admit at once: http.max_concurrent_requests.
MANY_STALLED = 1_100
# What holds a thread or a greenlet for each of them; of two that have one, one is left.
HELD_BY_ONE = (
    "gunicorn-sync",
    "gunicorn-gthread",
    "gunicorn-gevent",
    "gunicorn-eventlet",
    "uwsgi",
    "apache",
)
# NGINX has a bound on the connections of an address, and tells who stalls nothing.
FEW_STALLED = {**dict.fromkeys(HELD_BY_ONE, 1), "nginx": 50}


@check("bodies", seconds=60)
async def bodies(shop: Shop) -> None:
    """Bodies of 0, 1 B, 64 KiB, the limit and beyond, with a length and in chunks; who may send is asked first."""
    wrong = []
    staff = as_clerk(shop.database)
    for body in BODIES:
        who = {**JSON, **(staff if body.staff else {})}
        for chunked in (False, True):
            for asking in ({}, {"Expect": "100-continue"}):
                headers = {**who, **asking}
                what = f"{body.name}, {'in chunks' if chunked else 'with a length'}, {asking or 'at once'}"
                try:
                    await _one_body(shop, body, headers, chunked=chunked)
                except (AssertionError, OSError, EOFError) as error:
                    wrong.append(f"{what}: {error!r}")
    assert not wrong, "\n".join(wrong)


async def _one_body(shop: Shop, body: Body, headers: Mapping[str, str], *, chunked: bool) -> None:
    async with Wire(shop.port) as wire:
        if "Expect" in headers:
            answer = await _after_permission(wire, body, headers, chunked=chunked)
        else:
            answer = await wire.ask(
                body.method, body.path, body=body.content, chunked=chunked, headers=headers
            )
        assert answer.status == body.status, f"{answer.status} instead of {body.status}"
        assert answer.is_problem, f"not a problem: {answer.headers} {answer.body[:200]!r}"
        # Either the connection goes on, or it is closed in order.
        after = await wire.ask("GET", "/livez")
        assert after.status == 200, f"then /livez: {after.status}"


async def _after_permission(
    wire: Wire, body: Body, headers: Mapping[str, str], *, chunked: bool
) -> Answer:
    """Send the head, wait for a word, and send the body if it is wanted."""
    whole = request(body.method, body.path, body=body.content, chunked=chunked, headers=headers)
    head, _, content = whole.partition(b"\r\n\r\n")
    await wire.send(head + b"\r\n\r\n")
    first = await wire.interim_or_answer(body.method, 1)
    if isinstance(first, Answer):
        # The refusal came first: a client must not send the body then, and the connection ends.
        wire.close()
        return first
    # 100 came, or nothing: a client need not wait for ever (RFC 9110, 10.1.1).
    await wire.send(content)
    return await wire.answer(body.method)


@check("stalled", seconds=90)
async def stalled(shop: Shop) -> str:
    """Bodies that stall keep nobody out and end in 408; one that is slow, but comes, is read."""
    many = FEW_STALLED.get(shop.way.name, MANY_STALLED)
    wires = [Wire(shop.port) for _ in range(many)]
    for wire in wires:
        await wire.send(request("POST", LOGIN, body=b"{" * 777, headers=JSON)[:-776])
    slow = asyncio.create_task(_little_by_little(shop))
    served = [(await get(shop, path)).status for path in (product_path(shop), "/readyz") * 4]
    assert served == [200] * 8, f"beside {many} stalled bodies: {served}"
    ends = await asyncio.gather(*(_end_of_stall(wire) for wire in wires))
    for wire in wires:
        wire.close()
    assert await slow == 400, f"a slow body: {await slow}"
    expected = {"closed"} if shop.way.name == "nginx" else {"408"}
    assert set(ends) == expected, f"ends of stalled bodies: {dict(Counter(ends))}"
    return ", ".join((str(many), *expected))


async def _little_by_little(shop: Shop) -> int:
    """Send a body for longer than one may stall; return the answer's status."""
    content = b"{" * (1_200 * (STALL_SECONDS + 2))
    whole = request("POST", LOGIN, body=content, headers=JSON)
    async with Wire(shop.port) as wire:
        await wire.send(whole[: -len(content)])
        for start in range(0, len(content), 600):
            await wire.send(content[start : start + 600])
            await asyncio.sleep(0.5)
        return (await wire.answer("POST")).status


async def _end_of_stall(wire: Wire) -> str:
    async with asyncio.timeout(2 * STALL_SECONDS):
        try:
            answer = await wire.answer("POST")
        except (OSError, EOFError):
            return "closed"
    assert answer.is_problem, f"not a problem: {answer.headers} {answer.body[:200]!r}"
    assert await wire.is_closed_by_server(), "the connection goes on"
    return str(answer.status)


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
