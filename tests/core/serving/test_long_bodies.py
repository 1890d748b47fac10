"""Bodies as long as many others: read for who may send them, and few at a time."""

import asyncio

import pytest
from flask import request

from app.core.serving import asgi, uploads
from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask
from app.core.serving.uploads import LongBodies
from tests.core.asgi_client import CHUNKED, Client, Staller, declared

# Beyond MOST bytes a body is long here; one of those at a time. Who asks for /forbidden may send none.
MOST = 1000
ROOM = 5000


@pytest.fixture(autouse=True)
def _brief(monkeypatch):
    monkeypatch.setattr(asgi, "LINGER_SECONDS", 0.01)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.1)


@pytest.fixture
def asked() -> list[str]:
    """The paths of those of whom it was asked whether they may."""
    return []


@pytest.fixture
def arrived() -> asyncio.Event:
    """Set when a view has a body."""
    return asyncio.Event()


@pytest.fixture
def answering() -> asyncio.Event:
    """While it is set, views answer."""
    event = asyncio.Event()
    event.set()
    return event


@pytest.fixture
def bridge(asked, arrived, answering) -> WsgiToAsgi:
    app = AsyncFlask("toy")

    @app.route("/long", methods=["POST"])
    @app.route("/forbidden", methods=["POST"])
    async def upload():
        arrived.set()
        await answering.wait()
        return str(len(request.data))

    async def refusal(scope):
        asked.append(scope["path"])
        return 403 if scope["path"] == "/forbidden" else None

    return WsgiToAsgi(
        app,
        max_body_bytes=MOST // 2,
        longer_body=lambda _: 2 * ROOM,
        max_pending_bytes=ROOM,
        long_bodies=LongBodies(beyond=MOST, at_once=1, refusal=refusal),
    )


def long_body(path="/long", pieces=2 * ROOM // MOST, headers=None, **more) -> Client:
    """Return a client with a body of so many pieces, by default more than there is room for."""
    chunks = [b"x" * MOST] * pieces
    headers = headers or declared(pieces * MOST)
    return Client("POST", path, headers=headers, chunks=chunks, **more)


async def test_who_may_not_send_one_is_refused_unread(bridge):
    client = await long_body("/forbidden", leaves_after=1).request(bridge)

    assert (client.status, client.reads) == (403, 0)
    assert client.answer_headers[b"connection"] == b"close"


async def test_in_chunks_too_as_soon_as_it_is_long(bridge):
    client = await long_body("/forbidden", headers=CHUNKED, leaves_after=1).request(bridge)

    assert (client.status, client.reads) == (403, 2)


@pytest.mark.parametrize("headers", [declared(MOST), CHUNKED])
async def test_of_others_nobody_is_asked(bridge, asked, headers):
    client = await long_body("/forbidden", pieces=1, headers=headers).request(bridge)

    assert (client.status, asked) == (200, [])


@pytest.mark.parametrize("headers", [None, CHUNKED])
async def test_one_needs_no_room_of_the_others(bridge, asked, headers):
    client = await long_body(headers=headers).request(bridge)

    assert (client.text, asked) == (str(2 * ROOM), ["/long"])
    assert bridge._uploads.held == 0


async def test_one_too_many_waits_unread_until_another_is_answered(bridge, arrived, answering):
    answering.clear()
    first, second = long_body(), long_body()
    tasks = [asyncio.create_task(each.request(bridge)) for each in (first, second)]
    await arrived.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    unread = second.reads
    answering.set()
    await asyncio.gather(*tasks)

    assert (unread, first.status, second.status) == (0, 200, 200)


async def test_but_not_for_ever(bridge, arrived, answering, impatient):
    answering.clear()
    first = asyncio.create_task(long_body().request(bridge))
    await arrived.wait()
    late = await long_body(leaves_after=1).request(bridge)
    answering.set()
    await first

    assert (late.status, late.reads) == (503, 0)
    assert late.answer_headers[b"retry-after"] == b"1"


async def test_each_leaves_its_place_however_it_ends(bridge, impatient):
    await long_body(leaves_after=0).request(bridge)
    too_long = await long_body(pieces=2 * ROOM // MOST + 1, headers=CHUNKED).request(bridge)
    stalled = Staller("POST", "/long", headers=declared(2 * MOST), chunks=[b"x" * MOST])
    await stalled.request_stalling(bridge)
    after = await long_body().request(bridge)

    assert (too_long.status, stalled.status, after.status) == (413, 408, 200)
