"""Uploads that stall, and the end of refused ones, under WSGI servers; app.core.serving.uploads and app.core.serving.asgi have their own."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.wsgi import get_input_stream

from app.core.traffic import LINGER_SECONDS, STALL_SECONDS

CONNECTION = "shop.connection"
"""Where an environ has its client's socket, or what has a `shutdown()` like one; Gunicorn has a name of its own."""

BODY = "shop.body"
"""Where an environ has the body of its request, when all of it was read."""

_PIECE = 65536


def init_linger(app: Flask) -> None:
    """Let clients of `app` read why their body is not: one cut off while it sends sees a reset connection."""
    app.after_request(_linger)


def _linger(response: Response) -> Response:
    environ = request.environ
    if response.status_code == HTTPStatus.REQUEST_TIMEOUT:
        # What may still come of the body is no request.
        response.call_on_close(partial(_hang_up, _connection(environ)))
    elif response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or _is_left(environ):
        response.call_on_close(partial(_discard, environ))
    return response


def _is_left(environ: WSGIEnvironment) -> bool:
    """Say whether a body may be on its way that is longer than what a connection holds by itself, and was not asked for."""
    if BODY in environ:
        return False
    length = environ.get("CONTENT_LENGTH") or "0"
    return "HTTP_TRANSFER_ENCODING" in environ or not length.isdigit() or int(length) > _PIECE


@contextmanager
def bounded_waits(environ: WSGIEnvironment) -> Iterator[None]:
    """Have each wait for a piece of the body raise an OSError after STALL_SECONDS.

    Where the server lends its socket: Gunicorn's does. uWSGI and Apache have time limits of their own.
    """
    connection = environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    before = connection.gettimeout()
    connection.settimeout(STALL_SECONDS)
    try:
        yield
    finally:
        connection.settimeout(before)


def _connection(environ: WSGIEnvironment) -> socket.socket | None:
    found: socket.socket | None = environ.get("gunicorn.socket") or environ.get(CONNECTION)
    return found


def _discard(environ: WSGIEnvironment) -> None:
    """Read on when the answer is out."""
    deadline = time.monotonic() + LINGER_SECONDS
    stream = get_input_stream(environ)
    # However its client ends it, nobody is left to be told.
    with suppress(Exception), _hung_up(_connection(environ)):
        while time.monotonic() < deadline and stream.read(_PIECE):
            pass


@contextmanager
def _hung_up(connection: socket.socket | None) -> Iterator[None]:
    """Have every wait for `connection` end in time, however little its client sends.

    A server's time limit, if there is one, is for each wait, and a client may send a byte before it is
    over. Only Apache has one for them all, and does not tell its socket.
    """
    if connection is None:
        yield
        return
    timer = threading.Timer(LINGER_SECONDS, _hang_up, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: socket.socket | None) -> None:
    if connection is not None:
        with suppress(OSError):  # its client was faster
            connection.shutdown(socket.SHUT_RD)
