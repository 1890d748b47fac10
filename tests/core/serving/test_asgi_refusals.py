"""WsgiToAsgi: what it refuses, and clients that leave."""

import asyncio

import pytest
from flask import Response, request

from app.core.serving import asgi
from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask, iterate
from tests.core.asgi_client import CHUNKED, Client, Staller, declared

LIMIT = 1000


class Toy(AsyncFlask):
    """An application whose requests can be held, and let go all at once."""

    def __init__(self) -> None:
        super().__init__("toy")
        self.begun, self.release = asyncio.Semaphore(0), asyncio.Event()


class Decliner(Client):
    """A client that ends the test's request when the answer is out, before the bridge reads on."""

    async def send(self, message) -> None:
        await super().send(message)
        if message["type"] == "http.response.body":
            raise BrokenPipeError


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def app(events) -> Toy:
    app = Toy()

    @app.get("/hold")
    async def hold():
        events.append("begun")
        app.begun.release()
        try:
            await app.release.wait()
        except asyncio.CancelledError:
            events.append("cancelled")
            raise
        events.append("ended")
        return "held"

    @app.post("/")
    async def upload():
        events.append("view")
        return str(len(request.data))

    @app.get("/livez")
    @app.get("/livez/more")
    def livez():
        return "alive"

    return app


@pytest.fixture
def bridge(app) -> WsgiToAsgi:
    return WsgiToAsgi(app, max_body_bytes=LIMIT, max_concurrent_requests=2)


class TestBodyLimit:
    async def test_a_body_of_the_limit_is_taken(self, bridge):
        client = Client("POST", headers=declared(LIMIT), chunks=[b"x" * 600, b"x" * 400])

        assert (await client.request(bridge)).text == str(LIMIT)

    async def test_a_declared_length_is_refused_before_anything_is_read(self, bridge, events):
        client = Decliner("POST", headers=declared(LIMIT + 1), chunks=[b"x"] * (LIMIT + 1))
        with pytest.raises(BrokenPipeError):
            await client.request(bridge)

        assert client.status == 413
        assert client.reads == 0
        assert events == []

    async def test_chunks_are_refused_at_the_first_byte_too_many(self, bridge, events):
        client = Decliner("POST", headers=CHUNKED, chunks=[b"x" * 400] * 50)
        with pytest.raises(BrokenPipeError):
            await client.request(bridge)

        assert client.status == 413
        assert client.reads == 3
        assert events == []

    async def test_the_rest_is_read_away_before_the_connection_ends(self, bridge):
        client = Client("POST", headers=CHUNKED, chunks=[b"x" * 400] * 50)
        await client.request(bridge)

        assert client.answer_headers[b"connection"] == b"close"
        assert client.answer_headers[b"content-type"] == b"application/problem+json"
        assert int(client.answer_headers[b"content-length"]) == len(client.text)
        assert client.complete
        assert client.reads == 50

    @pytest.mark.parametrize(("silent", "reads"), [(False, 50), (True, 7)])
    async def test_the_answer_is_whole_when_its_client_falls_silent(
        self, bridge, monkeypatch, silent, reads
    ):
        """Not before: a server that has all of an answer may close the connection, whatever comes on it."""
        monkeypatch.setattr(asgi, "LINGER_SECONDS", 0.5)
        monkeypatch.setattr(asgi, "SILENCE_SECONDS", 0.01)
        when = []

        class Watched(Staller if silent else Client):
            async def send(self, message):
                when.append((self.reads, len(message.get("body", b""))))
                await super().send(message)

        client = Watched("POST", headers=CHUNKED, chunks=[b"x" * 400] * reads)
        client.stalls = asyncio.Event()
        await client.request(bridge)

        assert when == [(3, 0), (3, len(client.text) - 1), (reads, 1), (reads, 0)]

    async def test_a_sender_that_stalls_is_not_waited_for(self, bridge, monkeypatch):
        monkeypatch.setattr(asgi, "LINGER_SECONDS", 0.01)
        client = await Client("POST", headers=declared(LIMIT + 1), chunks=[]).request(bridge)

        assert client.status == 413
        assert client.complete

    async def test_a_sender_that_asks_first_is_not_read_before_the_answer(self, bridge):
        headers = [*declared(LIMIT + 1), (b"expect", b"100-Continue")]
        client = await Client("POST", headers=headers, chunks=[b"x"], leaves_after=1).request(
            bridge
        )

        assert client.status == 413
        assert int(client.answer_headers[b"content-length"]) == len(client.text)
        assert client.reads == 0

    async def test_nor_cut_off_where_the_server_has_given_it_leave(self, bridge):
        headers = [*CHUNKED, (b"expect", b"100-continue")]
        client = await Client("POST", headers=headers, chunks=[b"x" * 400] * 50).request(bridge)

        assert client.status == 413
        assert client.reads == 50

    async def test_a_body_with_two_ends_is_refused(self, bridge):
        client = await Client("POST", headers=[*declared(5), *CHUNKED]).request(bridge)

        assert client.status == 400
        assert client.answer_headers[b"connection"] == b"close"


class TestAdmission:
    async def fill(self, app, bridge) -> list[asyncio.Task[Client]]:
        """Start as many requests as are admitted and return when their views run."""
        tasks = [asyncio.create_task(Client(path="/hold").request(bridge)) for _ in range(2)]
        for _ in tasks:
            await app.begun.acquire()
        return tasks

    async def test_beyond_the_bound_is_503(self, app, bridge):
        held = await self.fill(app, bridge)
        refused = await Client(path="/hold").request(bridge)
        in_flight = bridge.in_flight
        app.release.set()

        assert in_flight == 2
        assert refused.status == 503
        assert refused.answer_headers[b"retry-after"] == b"1"
        assert b"connection" not in refused.answer_headers
        assert [client.status for client in await asyncio.gather(*held)] == [200, 200]
        assert bridge.in_flight == 0
        assert (await Client(path="/hold").request(bridge)).status == 200

    async def test_exempt_paths_are_let_in(self, app, bridge):
        held = await self.fill(app, bridge)
        exempt = await Client(path="/livez").request(bridge)
        below_root = Client(path="/shop/livez", scope={"root_path": "/shop"})
        await below_root.request(bridge)
        not_exempt = await Client(path="/livez/more").request(bridge)
        app.release.set()
        await asyncio.gather(*held)

        assert [exempt.status, below_root.status, not_exempt.status] == [200, 200, 503]

    async def test_the_answer_is_rendered_by_the_application(self, app):
        def refuse(status, scope):
            return [("Content-Type", "text/plain"), ("Retry-After", "7")], scope["path"].encode()

        full = WsgiToAsgi(app, max_concurrent_requests=0, refuse=refuse)
        client = await Client(path="/hold").request(full)

        assert (client.status, client.text) == (503, "/hold")
        assert client.answer_headers[b"retry-after"] == b"7"

    async def test_a_place_is_free_again_however_a_request_ends(self, bridge):
        await Client("POST", chunks=[b"x"], leaves_after=0).request(bridge)
        await Client("POST", headers=CHUNKED, chunks=[b"x" * 600] * 2).request(bridge)
        await Client("POST", headers=[(b"x-a", b"a")] * 101).request(bridge)

        assert bridge.in_flight == 0


class TestClientsThatLeave:
    async def test_in_mid_upload_nothing_happens(self, bridge, events, caplog):
        client = await Client("POST", headers=CHUNKED, leaves_after=0).request(bridge)

        assert client.messages == []
        assert events == []
        assert caplog.records == []

    @pytest.mark.parametrize("error", [BrokenPipeError, ConnectionResetError])
    async def test_before_the_answer_the_view_still_ends(self, app, bridge, events, caplog, error):
        class Gone(Client):
            async def send(self, message) -> None:
                raise error

        app.release.set()
        await Gone(path="/hold").request(bridge)

        assert events == ["begun", "ended"]
        assert caplog.records == []

    @pytest.mark.parametrize("asynchronous", [True, False])
    async def test_in_mid_stream_the_stream_stops(self, app, bridge, events, caplog, asynchronous):
        @app.get("/many")
        async def stream():
            async def many():
                try:
                    for _ in range(1000):
                        yield b"more"
                finally:
                    await asyncio.sleep(0)
                    events.append("generator closed")

            def many_in_sync():
                try:
                    yield from [b"more"] * 1000
                finally:
                    events.append("generator closed")

            response = Response(iterate(many()) if asynchronous else many_in_sync())
            response.call_on_close(lambda: events.append("response closed"))
            return response

        client = await Client(path="/many", leaves_after=3).request(bridge)

        assert not client.complete
        assert len(client.bodies) < 10
        assert events == ["generator closed", "response closed"]
        assert caplog.records == []


class TestCancelling:
    async def test_reaches_the_view_and_answers_503(self, app, bridge, events):
        client = Client(path="/hold")
        task = asyncio.create_task(client.request(bridge))
        await app.begun.acquire()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert events == ["begun", "cancelled"]
        assert client.status == 503
        assert client.complete
