"""The end of a refused upload under WSGI servers; app.core.asgi has its own."""

import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.wsgi import get_input_stream

LINGER_SECONDS = 2.0
"""How long a refused upload is read and thrown away, so that its sender gets to read the answer."""

_PIECE = 65536


def init_linger(app: Flask) -> None:
    """Let clients of `app` read that their body is too long: one cut off while it sends sees a reset connection."""
    app.after_request(_linger)


def _linger(response: Response) -> Response:
    if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        response.call_on_close(partial(_discard, request.environ))
    return response


def _discard(environ: WSGIEnvironment) -> None:
    """Read on when the answer is out."""
    deadline = time.monotonic() + LINGER_SECONDS
    stream = get_input_stream(environ)
    # However its client ends it, nobody is left to be told.
    with suppress(Exception):
        while time.monotonic() < deadline and stream.read(_PIECE):
            pass
