"""What uWSGI has each of its processes import before it loads main:app; see uwsgi.ini.

It sets the pool's size, and gives the application what uWSGI's own HTTP/1.1 socket leaves to it:
bodies that come in chunks, and the permission that `Expect: 100-continue` asks for. And it takes
back what uWSGI believes of any client: that its request came by HTTPS.
"""

import io
import os
import runpy
import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import uwsgi

_SECONDS = 10


class Connection:
    """The client's socket, as far as app.core.linger needs one."""

    def __init__(self, number: int) -> None:
        self.number = number

    def shutdown(self, how: int) -> None:
        """End the connection as a socket would, in one direction or both."""
        with socket.socket(fileno=os.dup(self.number)) as same:
            same.shutdown(how)


class Body(io.RawIOBase):
    """A request's body; the first read asks the client for it, if it waits to be asked."""

    def __init__(self, source: Any, *, chunked: bool, waiting: bool) -> None:
        self._source = source
        self._chunked = chunked
        self._waiting = waiting
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 at the end. Raises OSError if the client does not send them in time."""
        if self._waiting:
            self._waiting = False
            os.write(uwsgi.connection_fd(), b"HTTP/1.1 100 Continue\r\n\r\n")
        if not self._rest and not self._ended:
            self._rest = self._next(len(buffer))
            self._ended = not self._rest
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def end_unasked(self) -> bool:
        """End here if the client still waits to be asked: whoever has the answer already sends no body."""
        unasked, self._waiting = self._waiting, False
        self._ended = self._ended or unasked
        return unasked

    def _next(self, size: int) -> bytes:
        piece: bytes = uwsgi.chunked_read(_SECONDS) if self._chunked else self._source.read(size)
        return piece


def serving(application: WSGIApplication) -> WSGIApplication:
    """Return `application` with such bodies, and the scheme of uwsgi.ini's socket: who asked how is its own to say."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # X-Forwarded-Proto and X-Forwarded-SSL of any peer would be in them.
        environ["wsgi.url_scheme"] = "http"
        environ.pop("HTTPS", None)
        environ[CONNECTION] = Connection(uwsgi.connection_fd())
        encoding = environ.pop("HTTP_TRANSFER_ENCODING", "").lower()
        if encoding and (encoding != "chunked" or environ.get("CONTENT_LENGTH")):
            return _refuse(environ, start_response)
        chunked = encoding == "chunked"
        waiting = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        if chunked or waiting:
            body = Body(environ["wsgi.input"], chunked=chunked, waiting=waiting)
            environ["wsgi.input"] = io.BufferedReader(body)
            environ["wsgi.input_terminated"] = True
            start_response = _ending(body, start_response)
        return application(environ, start_response)

    return serve


def _ending(body: Body, start_response: StartResponse) -> StartResponse:
    """Return a start_response that ends a body which nobody has asked for, and with it the connection.

    The answer is the last word: a permission after it would make the next request a body. And a
    client that did not wait for so long sends what nobody could tell from a request.
    """

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
        closing = [("Connection", "close")] if body.end_unasked() else []
        return start_response(status, [*headers, *closing], *rest)

    return start


def _refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 400, and close: nobody knows where the body of such a request ends."""
    given = environ.get("HTTP_X_REQUEST_ID")
    ids = [] if given is None else [(b"x-request-id", given.encode("latin-1"))]
    scope = {"method": environ["REQUEST_METHOD"], "headers": ids}
    headers, body = refuse(HTTPStatus.BAD_REQUEST, scope)
    length = ("Content-Length", str(len(body)))
    start_response("400 Bad Request", [*headers, length, ("Connection", "close")])
    return [body]


_sums = runpy.run_path(str(Path(__file__).with_name("sums.py")))
_sums["set_pool_size"](int(uwsgi.opt["processes"]), int(uwsgi.opt["threads"]))

from app.core.linger import CONNECTION  # noqa: E402 - as below
from app.core.refusals import refuse  # noqa: E402 - as below
from main import app  # noqa: E402 - it reads the size

app.wsgi_app = serving(app.wsgi_app)
