"""Runs an ASGI application as a server would: lifespan first, requests, lifespan last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def running(application: Any) -> AsyncIterator[Any]:
    """Start `application` through the lifespan protocol, and shut it down at the end.

    Raises RuntimeError with the application's own message if it refuses to start.
    """
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(application(scope, received.get, sent.put))
    task.add_done_callback(lambda _: sent.put_nowait({"type": "ended"}))
    await received.put({"type": "lifespan.startup"})
    await _expect("lifespan.startup.complete", sent, task)
    try:
        yield application
    finally:
        await received.put({"type": "lifespan.shutdown"})
        await _expect("lifespan.shutdown.complete", sent, task)
        await task


async def _expect(
    wanted: str, sent: asyncio.Queue[dict[str, Any]], task: asyncio.Task[Any]
) -> None:
    event = await sent.get()
    if event["type"] != wanted:
        if task.done():
            task.result()  # raises what ended it
        raise RuntimeError(event.get("message") or f"{event['type']} instead of {wanted}")
