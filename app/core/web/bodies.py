"""How long a body may be, by route, and the one place where a view's body is read.

The route decides before anything is read: a guard (app.core.web.security) says how long the bodies are that its view takes.
What guests may post is short, as anybody can send it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Request, current_app
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    RequestTimeout,
)

from app.core.serving.linger import bounded_waits
from app.core.serving.wsgi import path_below_root

GUEST_BODY = 16_384
"""Bytes that a view takes which is not for the staff alone, or that a path takes which is none."""

STAFF_BODY = 65_536
"""Bytes that a view takes which is: a text of 2,000 characters has 24,000 of them where each is escaped."""

LINES_BODY = 262_144
"""For the guard of a view that takes hundreds of lines: the longest that is valid has half of it."""

_READ = "app.core.web.bodies.read"


def longest_body(app: Flask, endpoint: str | None) -> int:
    """Return how many bytes the view of `endpoint` takes, within http.max_body_bytes."""
    view = app.view_functions.get(endpoint or "")
    most: int = app.config["MAX_CONTENT_LENGTH"]
    return min(most, getattr(view, "longest_body", GUEST_BODY))


def body_bound(app: Flask) -> Callable[[Mapping[str, Any]], int]:
    """Return what tells how long the body of a request may be, by its ASGI scope alone."""

    def bound(scope: Mapping[str, Any]) -> int:
        try:
            found = app.url_map.bind("").match(path_below_root(scope), scope["method"])
        except HTTPException:
            return longest_body(app, None)
        return longest_body(app, found[0])

    return bound


def read_body(request: Request) -> bytes:
    """Return the whole body of the request under way, however often it is asked for.

    Raises RequestEntityTooLarge, before it is read where its length is announced, and RequestTimeout where the server
    waited in vain.
    """
    environ = request.environ
    known: bytes | None = environ.get(_READ)
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
    environ[_READ] = body
    return body
