"""What uWSGI has each of its processes import before it loads main:app; see uwsgi.ini.

It sets the pool's size, and gives the application what uWSGI's own HTTP/1.1 socket leaves to it:
bodies that come in chunks, the permission that `Expect: 100-continue` asks for, and the end of a
connection. And it takes back what uWSGI believes of any client: that its request came by HTTPS.
"""

import io
import os
import runpy
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import uwsgi
from werkzeug.wsgi import ClosingIterator

_SECONDS = 10
_PIECE = 65536


class Connection:
    """The client's socket, as far as app.core.serving.linger and the last answer on it need one."""

    def __init__(self, number: int) -> None:
        self.number = number

    def shutdown(self, how: int) -> None:
        """End the connection as a socket would, in one direction or both."""
        with self._socket() as same:
            same.shutdown(how)

    def end(self) -> None:
        """End the connection behind its last answer, and have uWSGI read no request from what its client still sends.

        A client that sends to a closed connection may lose the answer (RFC 9112, 9.6): it has
        LINGER_SECONDS to see the end. uWSGI gets another socket in its place, one at its end, and closes that:
        of the client's own it would read what has come, whatever is shut down.
        """
        deadline = time.monotonic() + LINGER_SECONDS
        # However its client ends it, nobody is left to be told.
        with self._socket() as same, suppress(OSError):
            same.shutdown(socket.SHUT_WR)
            with suppress(TimeoutError):
                while (left := deadline - time.monotonic()) > 0:
                    same.settimeout(left)
                    if not same.recv(_PIECE):
                        break
        ended, other = socket.socketpair()
        with ended, other:
            os.dup2(ended.fileno(), self.number)

    def _socket(self) -> socket.socket:
        return socket.socket(fileno=os.dup(self.number))


class Body(io.RawIOBase):
    """A request's body; the first read asks the client for it, if it waits to be asked."""

    def __init__(self, source: Any, *, chunked: bool, waiting: bool) -> None:
        self._source = source
        self.chunked = chunked
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
        piece: bytes = uwsgi.chunked_read(_SECONDS) if self.chunked else self._source.read(size)
        return piece


class Answer:
    """What starts the answer to a request, and ends the connection behind it if it is the last."""

    def __init__(self, connection: Connection, start_response: StartResponse) -> None:
        self._connection = connection
        self._start_response = start_response
        self.body: Body | None = None
        self.last = False

    def start(
        self, status: str, headers: list[tuple[str, str]], *rest: Any
    ) -> Callable[[bytes], object]:
        """Start it.

        It is the last where nobody can tell the end of the body from the next request. A client
        that waits to be asked may send a body in the end unasked; asked behind the answer, it would
        send a request as one. And uWSGI reads as much of the end of a body in chunks as has come
        with its last chunk, and takes the rest for the beginning of a request.
        """
        if self.body is not None:
            self.last = self.body.end_unasked() or self.body.chunked or self.last
        closing = [("Connection", "close")] if self.last else []
        return self._start_response(status, [*headers, *closing], *rest)

    def whole(self, content: Iterable[bytes]) -> Iterable[bytes]:
        """Return `content`, and behind it the end of the connection if it is the last.

        uWSGI's own socket would keep it, whatever the answer says. It sends the head with the first
        piece, an empty one too; without any it would do so when all is over.
        """
        return ClosingIterator(chain(content, (b"",)), [ClosingIterator(content).close, self._end])

    def _end(self) -> None:
        if self.last:
            self._connection.end()


def serving(application: WSGIApplication) -> WSGIApplication:
    """Return `application` with such bodies, and the scheme of uwsgi.ini's socket: who asked how is its own to say."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # X-Forwarded-Proto and X-Forwarded-SSL of any peer would be in them.
        environ["wsgi.url_scheme"] = "http"
        environ.pop("HTTPS", None)
        connection = environ[CONNECTION] = Connection(uwsgi.connection_fd())
        answer = Answer(connection, start_response)
        encoding = environ.pop("HTTP_TRANSFER_ENCODING", "").lower()
        chunked = encoding == "chunked"
        waiting = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        wishes = environ.get("HTTP_CONNECTION", "").lower().split(",")
        answer.last = "close" in map(str.strip, wishes)
        if encoding and (not chunked or environ.get("CONTENT_LENGTH")):
            answer.last = True
            return answer.whole(_refuse(environ, answer.start))
        if chunked or waiting:
            answer.body = Body(environ["wsgi.input"], chunked=chunked, waiting=waiting)
            environ["wsgi.input"] = io.BufferedReader(answer.body)
            environ["wsgi.input_terminated"] = True
        if not answer.last and answer.body is None:
            return application(environ, start_response)
        # uWSGI sends a file by itself, and only if nothing is around it.
        environ.pop("wsgi.file_wrapper", None)
        return answer.whole(application(environ, answer.start))

    return serve


def _refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 400, as the last on its connection: nobody knows where the body of such a request ends."""
    given = environ.get("HTTP_X_REQUEST_ID")
    ids = [] if given is None else [(b"x-request-id", given.encode("latin-1"))]
    scope = {"method": environ["REQUEST_METHOD"], "headers": ids}
    headers, body = refuse(HTTPStatus.BAD_REQUEST, scope)
    length = ("Content-Length", str(len(body)))
    start_response("400 Bad Request", [*headers, length])
    return [body]


_sums = runpy.run_path(str(Path(__file__).with_name("sums.py")))
_sums["set_pool_size"](int(uwsgi.opt["processes"]), int(uwsgi.opt["threads"]))

from app.core.serving.linger import CONNECTION  # noqa: E402 - as below
from app.core.traffic import LINGER_SECONDS  # noqa: E402 - as below
from app.core.web.refusals import refuse  # noqa: E402 - as below
from main import app  # noqa: E402 - it reads the size

app.wsgi_app = serving(app.wsgi_app)
