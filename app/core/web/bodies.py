"""How long a body may be, by route, and the one place where a view's body is read.

The route decides before anything is read: a guard (app.core.web.security) says how long the bodies are that its view takes.
What guests may post is short, as anybody can send it.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    RequestTimeout,
)

from app.core.serving.linger import BODY, bounded_waits
from app.core.serving.wsgi import path_below_root
from app.core.wiring import present

P = ParamSpec("P")
R = TypeVar("R")

GUEST_BODY = 16_384
"""Bytes that a view takes which is not for the staff alone, or that a path takes which is none."""

STAFF_BODY = 65_536
"""Bytes that a view takes which is: a text of 2,000 characters has 24,000 of them where each is escaped."""

LINES_BODY = 262_144
"""For the guard of a view that takes hundreds of lines: the longest that is valid has half of it."""

FILE_BODY = 10_485_760
"""For the guard of a view that takes a file, such as a camera's picture. Above LINES_BODY a body is a long one: what it is
for, and the sender's permission, is asked before it is read."""

LONG_BODIES = 2
"""How many long ones a process holds at once, under ASGI servers; others have a thread for each."""


def longest_body(app: Flask, endpoint: str | None) -> int:
    """Return how many bytes the view of `endpoint` takes, within http.max_body_bytes."""
    view = app.view_functions.get(endpoint or "")
    most: int = app.config["MAX_CONTENT_LENGTH"]
    return min(most, getattr(view, "longest_body", GUEST_BODY))


def body_bound(app: Flask) -> Callable[[Mapping[str, Any]], int]:
    """Return what tells how long the body of a request may be, by its ASGI scope alone."""
    return lambda scope: longest_body(app, endpoint_of(app, scope))


def endpoint_of(app: Flask, scope: Mapping[str, Any]) -> str | None:
    """Return which endpoint of `app` a request is for, by its ASGI scope alone; None for nothing that is there."""
    try:
        found: str = app.url_map.bind("").match(path_below_root(scope), scope["method"])[0]
    except HTTPException:
        return None
    return found


def takes(*types: str) -> Callable[[Callable[P, R]], Callable[..., R]]:
    """Give a view the body of its request, as it is, by the name `body`. Put it below the guard.

    `types` is what the API's description says of it; what a request says of its own body counts for nothing.
    """

    def decorator(view: Callable[P, R]) -> Callable[..., R]:
        @wraps(view)
        def reading(*args: Any, **kwargs: Any) -> R:
            # Here, as an async view must not wait for a WSGI server's socket.
            body = read_body(present(request))
            return cast("R", current_app.ensure_sync(view)(*args, body=body, **kwargs))

        cast("Any", reading).takes = types
        return reading

    return decorator


def read_body(request: Request) -> bytes:
    """Return the whole body of the request under way, however often it is asked for.

    Raises RequestEntityTooLarge, before it is read where its length is announced, and RequestTimeout where the server
    waited in vain.
    """
    environ = request.environ
    known: bytes | None = environ.get(BODY)
    if known is not None:
        return known
    request.max_content_length = longest_body(current_app, request.endpoint)
    try:
        with bounded_waits(environ):
            body: bytes = request.get_data(cache=True)
            # Werkzeug cuts off what comes in chunks at the limit, and says nothing of the rest.
            cut = request.content_length is None and len(body) == request.max_content_length
            if cut and environ["wsgi.input"].read(1):
                raise RequestEntityTooLarge
    except ClientDisconnected as gone:
        # Werkzeug says so of every error. Of a client that left, nobody reads the answer.
        if isinstance(gone.__context__, OSError):
            raise RequestTimeout from None
        raise
    environ[BODY] = body
    return body
