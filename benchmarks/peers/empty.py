"""An ASGI application that does nothing: the most that the server alone can answer."""

from typing import Any

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
}
_BODY = {"type": "http.response.body", "body": b"{}"}


async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 - ASGI's own names
    """Answer `{}` to every request."""
    await send(_START)
    await send(_BODY)
