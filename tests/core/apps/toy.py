"""A small shop window on everything that a server and a bridge can get wrong."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar

from flask import Response, current_app, request

from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask, iterate

app = AsyncFlask(__name__)
journal: list[str] = []
release = asyncio.Event()
visitor: ContextVar[str] = ContextVar("visitor")


def note(event: str) -> None:
    """Write an event into the journal of this process and into the server's log."""
    journal.append(event)
    os.write(1, f"{event}\n".encode())


@app.get("/")
async def index():
    return "ok"


@app.get("/livez")
def livez():
    return "alive"


@app.get("/journal")
def read_journal():
    return journal


@app.get("/wait/<float:seconds>")
async def wait(seconds):
    note("view begun")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        note("view cancelled")
        raise
    note("view ended")
    return "waited"


@app.get("/hold")
async def hold():
    note("held")
    await release.wait()
    return "let go"


@app.get("/release")
async def let_go():
    release.set()
    return "released"


@app.get("/visitor/<name>")
async def visit(name):
    """Answer who was here before, as far as context variables know."""
    before = visitor.get("nobody")
    visitor.set(name)
    await asyncio.sleep(0)
    return before


@app.post("/echo")
async def echo():
    await asyncio.sleep(0)
    note(f"{len(request.data)} bytes")
    return request.data


@app.get("/stream/<int:count>")
async def stream(count):
    async def lines() -> AsyncIterator[str]:
        for number in range(count):
            await asyncio.sleep(0)
            yield f"{number}\n"

    return Response(iterate(lines()), mimetype="text/plain")


@app.get("/endless")
async def endless():
    async def forever() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"more and more\n" * 1000
        finally:
            note("generator closed")

    response = Response(iterate(forever()))
    response.call_on_close(lambda: note("response closed"))
    return response


@app.get("/breaks/<when>")
async def breaks(when):
    if when == "early":
        raise ValueError("broken before the first byte")

    def chunks() -> Iterator[bytes]:
        yield b"so far so good"
        raise ValueError("broken after the first byte")

    return Response(chunks(), headers={"Content-Length": "100"})


@app.get("/nested")
async def nested():
    """Call an async function synchronously, which would wait for the loop that it blocks."""
    try:
        return str(current_app.ensure_sync(index)())
    except RuntimeError as error:
        return str(error), 409


@app.get("/address")
def address():
    return [request.remote_addr, request.scheme]


@app.get("/loop")
async def which_loop():
    """Name the process, and the loop that this view runs on."""
    return {
        "pid": os.getpid(),
        "loop": id(asyncio.get_running_loop()),
        "thread": threading.current_thread().name,
    }


async def startup() -> None:
    note("pool opened")
    if sentence := os.environ.get("TOY_STARTUP_FAILS"):
        raise ValueError(sentence)


async def shutdown() -> None:
    note("pool closed")


app.portal.on_startup(startup)
app.portal.on_shutdown(shutdown)

asgi_app = WsgiToAsgi(
    app,
    startup=startup,
    shutdown=shutdown,
    max_body_bytes=100_000,
    exempt=("/livez", "/release"),
    max_concurrent_requests=int(os.environ.get("TOY_MAX_REQUESTS", "200")),
    drain_seconds=float(os.environ.get("TOY_DRAIN_SECONDS", "0")),
    on_withdrawal=lambda: note("withdrawn"),
)
