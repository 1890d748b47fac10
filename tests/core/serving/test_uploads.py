"""Bodies on their way in: too long, too slow, too many, or none of it."""

import asyncio
import json

import pytest
from flask import request
from prometheus_client import REGISTRY

from app.core.serving import asgi, uploads
from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask
from tests.core.asgi_client import CHUNKED, Client, Staller, declared

MOST = 1000
ROOM = 5000


class Steady(Client):
    """A client that sends its body little by little."""

    pause: float = 0

    async def receive(self):
        await asyncio.sleep(self.pause)
        return await super().receive()


@pytest.fixture
def asked() -> list[str]:
    """The paths whose bodies were found long."""
    return []


@pytest.fixture
def bridge(asked) -> WsgiToAsgi:
    app = AsyncFlask("toy")

    @app.route("/", methods=["GET", "POST"])
    @app.route("/long", methods=["POST"])
    async def upload():
        return str(len(request.data))

    def longer(scope):
        asked.append(scope["path"])
        return 3 * MOST if scope["path"] == "/long" else 0

    return WsgiToAsgi(
        app,
        max_body_bytes=MOST,
        longer_body=longer,
        max_pending_bytes=ROOM,
        max_concurrent_requests=2,
    )


@pytest.fixture(autouse=True)
def _brief(monkeypatch):
    monkeypatch.setattr(asgi, "LINGER_SECONDS", 0.01)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.1)


async def end(*tasks: asyncio.Task[Client]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class TestLength:
    @pytest.mark.parametrize("headers", [declared(3 * MOST), CHUNKED])
    async def test_a_route_may_take_more_than_others(self, bridge, headers):
        chunks = [b"x" * MOST] * 3
        client = Client("POST", "/long", headers=headers, chunks=chunks)

        assert (await client.request(bridge)).text == str(3 * MOST)

    @pytest.mark.parametrize("path", ["/", "/long", "/nowhere"])
    @pytest.mark.parametrize("headers", [declared(3 * MOST + 1), CHUNKED])
    async def test_but_not_more_than_it_says(self, bridge, path, headers):
        chunks = [b"x" * MOST] * 3 + [b"x"]
        client = await Client("POST", path, headers=headers, chunks=chunks).request(bridge)

        assert client.status == 413
        assert client.answer_headers[b"connection"] == b"close"

    async def test_no_route_is_looked_for_on_behalf_of_a_short_body(self, bridge, asked):
        await Client("POST", headers=declared(MOST), chunks=[b"x" * MOST]).request(bridge)

        assert asked == []


class TestStalledBodies:
    async def test_take_nobody_s_place(self, bridge):
        stalled = [
            await Staller("POST", headers=declared(777), chunks=[b"x"]).begin(bridge)
            for _ in range(100)
        ]
        answers = [await Client().request(bridge) for _ in range(2)]
        posted = await Client("POST", headers=declared(1), chunks=[b"x"]).request(bridge)
        in_flight = bridge.in_flight
        await end(*stalled)

        assert [each.status for each in (*answers, posted)] == [200, 200, 200]
        assert in_flight == 0

    @pytest.mark.parametrize("headers", [declared(777), CHUNKED])
    @pytest.mark.parametrize("chunks", [[], [b"x"], [b"x", b""]])
    async def test_end_in_408(self, bridge, impatient, headers, chunks):
        client = await Staller("POST", headers=headers, chunks=chunks[:]).request_stalling(bridge)

        assert client.status == 408
        assert client.answer_headers[b"connection"] == b"close"
        assert client.answer_headers[b"content-type"] == b"application/problem+json"
        assert json.loads(client.text)["status"] == 408
        assert client.complete

    async def test_over_http_2_too_where_no_header_announces_them(self, bridge, impatient):
        client = Staller("POST", chunks=[b"x"], scope={"http_version": "2"})

        assert (await client.request_stalling(bridge)).status == 408

    async def test_nor_is_a_drip_waited_for(self, bridge, impatient, monkeypatch):
        monkeypatch.setattr(uploads, "LEAST_RATE", 1_000_000)
        client = Staller("POST", headers=declared(MOST), chunks=[b"x"] * MOST)
        client.pause = 0.01
        await client.request_stalling(bridge)

        assert client.status == 408
        assert client.chunks

    async def test_nor_are_pieces_without_a_byte(self, bridge, impatient):
        client = Staller("POST", headers=CHUNKED, chunks=[b""] * MOST)
        client.pause = 0.01
        await client.request_stalling(bridge)

        assert client.status == 408
        assert client.chunks

    async def test_an_honest_one_goes_on_for_longer_than_a_stall_may_last(
        self, bridge, monkeypatch
    ):
        monkeypatch.setattr(uploads, "STALL_SECONDS", 0.8)
        monkeypatch.setattr(uploads, "LEAST_RATE", 1)
        client = Steady("POST", headers=declared(5), chunks=[b"x"] * 5)
        client.pause = 0.2

        assert (await client.request(bridge)).text == "5"

    async def test_a_request_without_a_body_waits_for_nothing(self, bridge, impatient):
        """Its message comes with its head, but a server may be slow."""
        client = Steady()
        client.pause = 0.3

        assert (await client.request(bridge)).status == 200


class TestRoom:
    async def hold(self, bridge, size: int) -> list[asyncio.Task[Client]]:
        """Have clients hold that many bytes of bodies."""
        pieces = [b"x" * MOST] * (size // MOST)
        return [
            await Staller("POST", headers=CHUNKED, chunks=[piece]).begin(bridge) for piece in pieces
        ]

    async def test_a_body_too_many_is_refused_at_its_head(self, bridge):
        held = await self.hold(bridge, ROOM)
        late = Client("POST", headers=declared(1), chunks=[b"x"], leaves_after=1)
        await late.request(bridge)
        reading = await Client().request(bridge)
        await end(*held)
        after = await Client("POST", headers=declared(1), chunks=[b"x"]).request(bridge)

        assert (late.status, late.reads) == (503, 0)
        assert late.answer_headers[b"retry-after"] == b"1"
        assert late.answer_headers[b"connection"] == b"close"
        assert (reading.status, after.status) == (200, 200)

    async def test_one_that_grows_beyond_it_is_refused_there(self, bridge):
        held = await self.hold(bridge, ROOM - MOST)
        chunks = [b"x" * (MOST // 2)] * 6
        client = await Client("POST", "/long", headers=CHUNKED, chunks=chunks).request(bridge)
        await end(*held)

        assert client.status == 503

    async def test_how_much_is_held_is_a_metric(self, bridge):
        before = state("under_way")
        held = await self.hold(bridge, 2 * MOST)
        meanwhile = state("under_way")
        await end(*held)

        assert (before, meanwhile, state("under_way")) == (0, 2 * MOST, 0)
        assert state("limit") == ROOM


def state(name: str) -> float:
    found = REGISTRY.get_sample_value("http_body_bytes", {"state": name})
    assert found is not None
    return found
