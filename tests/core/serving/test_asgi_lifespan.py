"""WsgiToAsgi: the server's start and end, and connections that are no requests."""

import asyncio

import pytest

from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask
from tests.core.asgi_client import Client


@pytest.fixture
def app() -> AsyncFlask:
    return AsyncFlask("toy")


@pytest.fixture
def bridge(app) -> WsgiToAsgi:
    return WsgiToAsgi(app)


@pytest.fixture
def events() -> list[str]:
    return []


class TestOtherConnections:
    async def test_a_websocket_is_refused(self, bridge):
        client = Client(scope={"type": "websocket"})
        await client.request(bridge)

        assert [message["type"] for message in client.messages] == ["websocket.close"]

    async def test_an_unknown_kind_is_an_error(self, bridge):
        with pytest.raises(ValueError, match="carrier-pigeon"):
            await Client(scope={"type": "carrier-pigeon"}).request(bridge)


class TestLifespan:
    async def live(self, bridge) -> list[dict[str, str]]:
        incoming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        outgoing: list[dict[str, str]] = []

        async def receive():
            return incoming.pop(0)

        async def send(message):
            outgoing.append(message)

        await bridge({"type": "lifespan"}, receive, send)
        return outgoing

    async def test_opens_and_closes(self, app, events):
        async def startup():
            events.append("opened")

        async def shutdown():
            events.append("closed")

        outgoing = await self.live(WsgiToAsgi(app, startup=startup, shutdown=shutdown))

        assert events == ["opened", "closed"]
        assert [message["type"] for message in outgoing] == [
            "lifespan.startup.complete",
            "lifespan.shutdown.complete",
        ]

    async def test_hooks_are_not_needed(self, app):
        assert len(await self.live(WsgiToAsgi(app))) == 2

    async def test_a_start_that_fails_says_why_in_one_line(self, app):
        async def startup():
            raise ValueError("shop.currency must be\n  a code of three letters.")

        assert await self.live(WsgiToAsgi(app, startup=startup)) == [
            {
                "type": "lifespan.startup.failed",
                "message": "shop.currency must be a code of three letters.",
            }
        ]

    async def test_an_end_that_fails_says_why(self, app):
        async def shutdown():
            raise OSError

        outgoing = await self.live(WsgiToAsgi(app, shutdown=shutdown))

        assert outgoing[-1] == {"type": "lifespan.shutdown.failed", "message": "OSError"}

    async def test_the_end_waits_for_requests_under_way(self, app, events):
        async def shutdown():
            events.append("closed")

        begun, release = asyncio.Event(), asyncio.Event()

        @app.get("/hold")
        async def hold():
            begun.set()
            await release.wait()
            events.append("ended")
            return "held"

        bridge = WsgiToAsgi(app, shutdown=shutdown)
        request = asyncio.create_task(Client(path="/hold").request(bridge))
        await begun.wait()
        end = asyncio.create_task(self.live(bridge))
        for _ in range(10):
            await asyncio.sleep(0)
        release.set()
        await asyncio.gather(request, end)

        assert events == ["ended", "closed"]
