"""Our HTTP protocol on uvloop and a real socket, and a client that says when what it sent has arrived."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from app.core.protocol import HttpProtocol

SECONDS = 20


class Recorder:
    """An application that keeps what it was asked, and answers with the path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[bytes, bytes], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.asked.append((scope["method"], scope["path"], dict(scope["headers"]), body))
        answer = scope["path"].encode()
        head = [(b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})


@dataclass
class Served:
    """A server of this process: its port, and what was reported to its event loop as an error."""

    port: int
    state: ServerState
    reported: list[str] = field(default_factory=list)
    arrived: dict[int, int] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def has_got(self, source: int, size: int) -> None:
        """Return when so many bytes in all have come from the client with that port."""
        async with self.news:
            await self.news.wait_for(lambda: self.arrived.get(source, 0) >= size)


class Client:
    """A connection."""

    def __init__(self, served: Served, connection: socket.socket) -> None:
        self.socket = connection
        self._served = served
        self._loop = asyncio.get_running_loop()
        self._sent = 0

    async def send(self, *packets: bytes) -> None:
        """Send each so that the server gets it by itself; return when it has them all."""
        for packet in packets:
            await self._loop.sock_sendall(self.socket, packet)
            self._sent += len(packet)
            await self._served.has_got(self.socket.getsockname()[1], self._sent)

    async def read(self, until: bytes = b"") -> bytes:
        """Return what comes, up to `until`, or to the connection's end."""
        came = b""
        while not (until and came.endswith(until)):
            try:
                part = await self._loop.sock_recv(self.socket, 65536)
            except ConnectionResetError:
                part = b""
            if not part:
                break
            came += part
        return came

    def finish(self) -> None:
        """Say that nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[Served]:
    """Serve `app` on loopback by our protocol until the block ends."""
    config = Config(app, lifespan="off", log_config=None, interface="asgi3", **options)
    config.load()
    served = Served(0, ServerState())
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: served.reported.append(context["message"]))
    tasks = set()

    class Telling(HttpProtocol):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            tasks.add(loop.create_task(self._tell(len(data))))

        async def _tell(self, size: int) -> None:
            async with served.news:
                source = self.client[1] if self.client else 0
                served.arrived[source] = served.arrived.get(source, 0) + size
                served.news.notify_all()

    server = await loop.create_server(
        lambda: Telling(config=config, server_state=served.state, app_state={}), "127.0.0.1", 0
    )
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def connected(served: Served) -> AsyncIterator[Client]:
    """Connect, until the block ends."""
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Client(served, connection)


async def said(served: Served, packets: Iterable[bytes]) -> bytes:
    """Send these on a connection of their own, and return all that comes until the server closes it."""
    async with connected(served) as client:
        await client.send(*packets)
        return await client.read()


def on_uvloop(test: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine function as the worker would, within a bound of time."""

    async def bounded() -> Any:
        async with asyncio.timeout(SECONDS):
            return await test()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(bounded())
