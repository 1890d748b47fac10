"""Our HTTP protocol on uvloop and a real socket, and a client that says when what it sent has arrived."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.protocol import HttpProtocol

SECONDS = 20
HEAD = b"GET /%b HTTP/1.1\r\nHost: shop\r\n"
LAST = HEAD % b"last" + b"Connection: close\r\n\r\n"
OK, BAD = b"HTTP/1.1 200 ", b"HTTP/1.1 400 "


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
    ended: set[int] = field(default_factory=set)
    telling: set[asyncio.Task[None]] = field(default_factory=set)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def has_ended(self, client: "Client") -> None:
        """Return when the server knows that this client sends no more."""
        async with self.news:
            await self.news.wait_for(lambda: client.port in self.ended)

    async def has_got(self, client: "Client", size: int) -> None:
        """Return when so many bytes in all have come from this client, or the connection has ended."""

        def there() -> bool:
            return self.arrived.get(client.port, -1) >= size or client.port in self.ended

        async with self.news:
            await self.news.wait_for(there)


class Client:
    """A connection."""

    def __init__(self, served: Served, connection: socket.socket) -> None:
        self.socket = connection
        self._served = served
        self._loop = asyncio.get_running_loop()
        self._sent = 0
        self.port: int = connection.getsockname()[1]

    async def send(self, *packets: bytes) -> None:
        """Send each so that the server gets it by itself; return when it has them all."""
        for packet in packets:
            with suppress(OSError):  # the server wants no more
                await self._loop.sock_sendall(self.socket, packet)
            self._sent += len(packet)
            await self._served.has_got(self, self._sent)

    async def flood(self, data: bytes) -> None:
        """Send that again and again, until the server does not want it any more."""
        with suppress(OSError):
            while True:
                await self._loop.sock_sendall(self.socket, data)

    async def read(self, until: bytes = b"", size: int = 65536) -> bytes:
        """Return what comes, up to `until`, or to the connection's end."""
        came = b""
        while not (until and came.endswith(until)):
            try:
                part = await self._loop.sock_recv(self.socket, size)
            except ConnectionResetError:
                part = b""
            if not part:
                break
            came += part
        return came

    async def read_and_leave(self) -> bytes:
        """Return what comes to the connection's end; leave when there is an answer that says it is the last."""
        came = b""
        while part := await self._loop.sock_recv(self.socket, 65536):
            came += part
            head, _, body = came.rpartition(b"HTTP/1.1 ")[2].partition(b"\r\n\r\n")
            length = re.search(rb"content-length: ([0-9]+)", head)
            if b"connection: close" in head and length and len(body) == int(length[1]):
                self.finish()
        return came

    def finish(self) -> None:
        """Say that nothing more will be sent."""
        with suppress(OSError):  # the server was faster
            self.socket.shutdown(socket.SHUT_WR)


class _Telling(HttpProtocol):
    """Our protocol, which tells what has come."""

    def __init__(self, served: Served, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._served = served

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._has_come(0)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._has_come(len(data))

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio's
        self._has_ended()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._has_ended()
        super().connection_lost(exc)

    def _has_come(self, size: int) -> None:
        self._served.arrived[self._source] = self._served.arrived.get(self._source, 0) + size
        self._served.telling.add(self.loop.create_task(self._tell()))

    def _has_ended(self) -> None:
        self._served.ended.add(self._source)
        self._served.telling.add(self.loop.create_task(self._tell()))

    @property
    def _source(self) -> int:
        return self.client[1] if self.client else 0

    async def _tell(self) -> None:
        async with self._served.news:
            self._served.news.notify_all()


@asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[Served]:
    """Serve `app` on loopback by our protocol until the block ends."""
    config = Config(app, lifespan="off", log_config=None, interface="asgi3", **options)
    config.load()
    served = Served(0, ServerState())
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: served.reported.append(context["message"]))

    server = await loop.create_server(
        lambda: _Telling(served, config=config, server_state=served.state, app_state={}),
        "127.0.0.1",
        0,
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


def shop(environ: Any, start_response: Any) -> Any:
    """Answer with the path; /large with more than a socket holds, in pieces."""
    path = environ["PATH_INFO"].encode()
    if path == b"/large":
        start_response("200 OK", [])
        return (b"x" * 65536 for _ in range(1000))
    start_response("200 OK", [("Content-Length", str(len(path)))])
    return [path]


def answers_to(*packets: bytes) -> bytes:
    """Return all that comes back until the server closes the connection."""

    async def talk():
        async with serving(WsgiToAsgi(shop)) as served, connected(served) as client:
            for packet in packets:
                await client.send(packet)
            return await client.read_and_leave()

    return on_uvloop(talk)


def padded(size: int, path: bytes = b"a") -> bytes:
    """Return a request whose head has so many bytes."""
    start = HEAD % path + b"X-Padding: "
    return start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"
