"""The empty application for the shop's own worker, which will not serve one that knows nothing of its start and end."""

from typing import Any

from benchmarks.peers import empty


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Start, answer `{}` to every request, and end."""
    if scope["type"] != "lifespan":
        await empty.app(scope, receive, send)
        return
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})
