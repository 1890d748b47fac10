"""One WSGI call on behalf of an ASGI server: its environ, and the sending of its response."""

import asyncio
import io
import logging
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from app.core.serving.concurrency import wait_for

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HTTP_1 = frozenset({"1.0", "1.1"})
"""The versions in which a connection is for one request at a time, and is closed by a header."""

_logger = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_COMMON_HEADERS = """
accept accept-encoding accept-language authorization cache-control connection content-length
content-type cookie forwarded host idempotency-key if-match if-none-match origin priority referer
sec-fetch-dest sec-fetch-mode sec-fetch-site traceparent user-agent x-forwarded-for
x-forwarded-host x-forwarded-port x-forwarded-proto x-real-ip x-request-id
"""


class ClientGone(Exception):  # noqa: N818 - not an error of anybody here
    """The client closed its connection; nothing that is sent would reach it."""


class Refused(Exception):  # noqa: N818 - the answer to a request, as ClientGone is its end
    """A request gets `status` without reaching the application.

    `unread` says that its client may go on sending a body that nobody wants.
    """

    def __init__(self, status: int, *, unread: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.unread = unread


def _environ_key(name: bytes) -> str:
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


_ENVIRON_KEYS = {name.encode(): _environ_key(name.encode()) for name in _COMMON_HEADERS.split()}


# What is the same for every request; most bodies are empty.
_TEMPLATE: WSGIEnvironment = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def build_environ(scope: Scope, body: bytes, duplicate_limit: int) -> WSGIEnvironment:
    """Return the WSGI environ of an ASGI `http` scope whose whole body has been read.

    CONTENT_LENGTH is the body's, also where the request declared none: in chunks, or by HTTP/2.
    Raises Refused(400) if a header is there more than `duplicate_limit` times.
    """
    host, port = scope.get("server") or ("localhost", 80)
    environ: WSGIEnvironment = {
        **_TEMPLATE,
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_wsgi(scope.get("root_path", "").rstrip("/")),
        "PATH_INFO": _as_wsgi(path_below_root(scope)),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    if client := scope.get("client"):
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    _add_headers(environ, scope["headers"], duplicate_limit)
    chunked = environ.pop("HTTP_TRANSFER_ENCODING", None)
    if body or chunked or "CONTENT_LENGTH" in environ:
        # Werkzeug takes a body without a length for empty; chunks have none, nor need HTTP/2's.
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _as_wsgi(path: str) -> str:
    """Return a path in WSGI's spelling: the bytes of its UTF-8, each as the character of its number."""
    return path if path.isascii() else path.encode("utf-8", "replace").decode("latin-1")


def path_below_root(scope: Mapping[str, Any]) -> str:
    """Return the path without the prefix under which a gateway publishes the application."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    if root and (path == root or path.startswith(f"{root}/")):
        return path[len(root) :]
    return path


def _add_headers(
    environ: WSGIEnvironment, headers: Iterable[tuple[bytes, bytes]], duplicate_limit: int
) -> None:
    repeated: dict[str, int] = {}
    for name, value in headers:
        key = _ENVIRON_KEYS.get(name)
        if key is None:
            # In an environ "x_role" and "x-role" are the same name; only the latter is a header
            # that a gateway strips.
            if b"_" in name:
                continue
            key = _environ_key(name)
        text = value.decode("latin-1")
        if key not in environ:
            environ[key] = text
            continue
        repeated[key] = repeated.get(key, 1) + 1
        if repeated[key] > duplicate_limit:
            raise Refused(HTTPStatus.BAD_REQUEST)
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{text}"


def encode_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return response headers as ASGI wants them; no value can break the response."""
    return [(_encode_name(name), _encode_value(value)) for name, value in headers]


@lru_cache(maxsize=256)
def _encode_name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def _encode_value(value: str) -> bytes:
    if value.isascii() and value.isprintable():
        return value.encode()
    # Servers drop the connection over a control character. What latin-1, the encoding of WSGI's
    # native strings, cannot say goes out as UTF-8, which the standard treats as opaque bytes.
    value = _CONTROL.sub(" ", value)
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


class Exchange:
    """One WSGI call and its response; `run()` belongs in a `run_in_greenlet()`, and `finish()` after it.

    `started` says whether the first byte went out; from then on the status is settled.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.started = False
        self._is_head = scope["method"] == "HEAD"
        self._receive = receive
        self._send = send
        self._complete = False
        self._start: Message | None = None
        self._remaining: int | None = None
        self._whole: bytes | None = None
        self._departure: asyncio.Future[Message] | None = None

    def run(self, application: WSGIApplication, environ: WSGIEnvironment) -> None:
        """Call `application` and send its response as it comes; a list is left to finish().

        The response's `close()` is called however this ends. Raises ClientGone when there is
        nobody left to read a stream, and whatever the application raises.
        """
        chunks = application(environ, self._start_response)
        if type(chunks) is list:  # it is all there, and has nothing to close
            self._whole = b"".join(chunks)
            return
        try:
            for chunk in chunks:
                self._write(chunk)
                if self._complete:
                    break
            else:
                self._deliver(b"", last=True)
        finally:
            self._close(chunks)

    async def finish(self) -> None:
        """Send what run() left."""
        if self._whole is not None and not self._complete:
            await self._send_chunk(self._cut(self._whole), last=True)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        if exc_info and self.started:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._start and not exc_info:
            raise RuntimeError("start_response was called twice.")
        encoded = encode_headers(headers)
        self._start = {
            "type": "http.response.start",
            "status": int(status[:3]),
            "headers": encoded,
        }
        lengths = [value for name, value in encoded if name == b"content-length"]
        self._remaining = int(lengths[-1]) if lengths else None
        return self._write

    def _write(self, chunk: bytes) -> None:
        chunk = self._cut(chunk)
        if chunk:
            self._deliver(chunk, last=self._remaining == 0)

    def _cut(self, chunk: bytes) -> bytes:
        """Return what of a chunk is to be sent: no more than the response's own Content-Length says."""
        if self._is_head:
            return b""
        if self._remaining is not None:
            chunk = chunk[: self._remaining]
            self._remaining -= len(chunk)
        return chunk

    def _deliver(self, chunk: bytes, *, last: bool) -> None:
        wait_for(self._send_chunk(chunk, last=last))

    async def _send_chunk(self, chunk: bytes, *, last: bool) -> None:
        if self._start is None:
            raise RuntimeError("The application sent a body before it called start_response.")
        try:
            if not self.started:
                self.started = True
                await self._send(self._start)
            await self._send({"type": "http.response.body", "body": chunk, "more_body": not last})
        except OSError as error:
            raise ClientGone from error
        self._complete = last
        if not last:
            await self._let_others_run()

    async def _let_others_run(self) -> None:
        """Between chunks, give the loop a turn, and stop if the client left."""
        if self._departure is None:
            # The body was read whole, so the one message still to come is http.disconnect.
            self._departure = asyncio.ensure_future(self._receive())
        # A server's send() returns at once until its buffer is full.
        await asyncio.sleep(0)
        if self._departure.done():
            raise ClientGone

    def stop_watching(self) -> None:
        """Wait no longer for the client to leave."""
        if self._departure is not None:
            self._departure.cancel()

    def _close(self, chunks: object) -> None:
        close = getattr(chunks, "close", None)
        if close is None:
            return
        try:
            close()
        except Exception:
            # The answer is out, or an earlier error is on its way: this one can only be told.
            _logger.exception("Closing a response failed.")
