"""Our HTTP protocol, on uvloop and real sockets, as the worker runs it."""

import asyncio
import socket
import struct

import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from app.core.protocol import GatheringProtocol

ROUNDS = 5
SECONDS = 20


class Holding:
    """An application whose answers wait until `let_go` is set."""

    def __init__(self) -> None:
        self.held, self.let_go = asyncio.Event(), asyncio.Event()
        self.answered = asyncio.Event()

    async def __call__(self, _scope, _receive, send):
        self.held.set()
        await self.let_go.wait()
        head = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})
        self.answered.set()


def reset(connection: socket.socket) -> None:
    """Close a connection as a client does that has crashed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


async def client_leaves_as_its_answer_is_ready(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop learn both from one look at its sockets."""
    app = Holding()
    config = Config(app, lifespan="off", log_config=None, interface="asgi3")
    config.load()

    def protocol():
        return GatheringProtocol(config=config, server_state=ServerState(), app_state={})

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    bell, ringer = socket.socketpair()
    with bell, ringer:
        bell.setblocking(False)
        loop.add_reader(bell, app.let_go.set)
        client = socket.create_connection(server.sockets[0].getsockname())
        client.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
        await app.held.wait()
        ringer.send(b"x")
        reset(client)
        await app.answered.wait()
        loop.remove_reader(bell)
        # What is called soon is called by then.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    server.close()
    await server.wait_closed()


def test_a_client_that_leaves_as_its_answer_is_ready_is_no_error():
    reported = []

    async def rounds():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reported.append(context["message"]))
        async with asyncio.timeout(SECONDS):
            for _ in range(ROUNDS):
                await client_leaves_as_its_answer_is_ready(loop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(rounds())
    assert reported == []
