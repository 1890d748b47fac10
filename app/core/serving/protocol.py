"""Uvicorn's HTTP protocol, made to read requests as they really arrive.

Its parser, httptools, leaves some things to whoever is called by it. It tells of the fields behind a body as of those
before it, leaves a request that wants to become another protocol where its body begins, and keeps a head that does not
end for as long and as large as its client likes. What Uvicorn answers to a request that cannot be read goes out before
the answers that are due.
"""

import asyncio
import heapq
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.core.serving.gathering import GatheringTransport
from app.core.traffic import REFUSAL

HEAD_BYTES = 32_768
"""The longest head, and the most that may stand between two pieces of a body. One that begins in a packet behind another
request is counted from the next packet on."""

HEAD_FIELDS = 100
"""How many fields a head may have, and how many may follow a body."""

HEAD_SECONDS = 10.0
"""How long a head may take from its first byte on, and a new connection to begin with one."""

MOST_WAITING = 256
"""How many connections may wait for a request: beyond it those that have waited longest are closed."""

GRACE_SECONDS = 0.5
"""How long a connection may wait in any case: what it has sent may lie there unread."""

_AT_ONCE = 32
"""How many are closed together: so a flood of connections pays for few looks at all."""

_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
"""The fields that say where a body ends."""

_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/[^#]*|\?[^#]*)?", re.IGNORECASE)


_TOO_LONG = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class _TooManyFieldsError(Exception):
    """A head has more than HEAD_FIELDS."""


class HttpProtocol(HttpToolsProtocol):
    """Uvicorn's fast protocol, on a GatheringTransport.

    Trailer fields are dropped: merged into the head's they would be believed like them, and any client can send them
    past a gateway that minds what the head says (RFC 9110, 6.5.1). A wish to upgrade is ignored, and the request
    read as it is (RFC 9110, 7.8), with its body and whatever comes behind it.

    A head is bounded in bytes, fields and time, and connections that wait for one in number. A request that cannot be
    read is refused by the application, which finds the status in its scope under REFUSAL, when its turn has come;
    nothing more is read from that client. One that says it sends no more has its answer all the same; an answer that
    is under way to it already, as a stream is, ends.
    """

    _resuming = False
    _deaf = False
    _whole = False
    """Whether the parser, since it was last fed, has got to the end of a head, or to a part of a body."""
    _held = 0
    """Bytes that it was fed since then."""
    _deadline = 0.0
    """When the head must be there that has begun while nothing else was to do; 0 for none."""
    _running: RequestResponseCycle | None = None
    """The request that is answered; `cycle` is the one read last."""

    @property
    def _latest(self) -> Any:
        """The request that was read last, None before the first: Uvicorn's types say that there is one."""
        return self.cycle

    # -- the connection ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn's
        """Begin to serve a connection."""
        super().connection_made(GatheringTransport(transport, self.loop))  # type: ignore[arg-type]  # it is one in all but name
        self.timeout_keep_alive_task = self.loop.call_later(
            HEAD_SECONDS, self.timeout_keep_alive_handler
        )
        if len(self.connections) > MOST_WAITING:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection; what was to be sent in this turn has no reader."""
        if isinstance(self.transport, GatheringTransport):
            self.transport.discard()
        self._unset_keepalive_if_required()
        # Uvicorn tells the request that was read last.
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio's
        """Say whether the connection stays, for the answer to a request that came whole."""
        request = self._latest
        if self._deaf:
            request.more_body = False
            request.message_event.set()
        if request is None or request.response_complete or request.more_body:
            return False
        if self._running is not None and self._running.response_started:
            return False
        request.keep_alive = False
        return True

    def _make_room(self) -> None:
        """Close the connections that have waited longest, if too many wait."""
        everyone: Iterable[Any] = self.connections
        waiting = [each for each in everyone if each.timeout_keep_alive_task is not None]
        if len(waiting) > MOST_WAITING:
            newest = self.loop.time() - GRACE_SECONDS
            for each in heapq.nsmallest(_AT_ONCE, waiting, key=_waits_since):
                if _waits_since(each) <= newest:
                    each.timeout_keep_alive_handler()

    # -- what comes ----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        try:
            self._read(data)
        except httptools.HttpParserError as error:
            self._refuse(_status_of(error))
        request: Any = self.cycle  # as _latest
        if request is None or request.response_complete:
            self._expect_head()
        else:
            self._deadline = 0.0

    def _read(self, data: bytes) -> None:
        """Have the parser read `data`, but nothing beyond a head's bounds. Raises HttpParserError."""
        start = 0
        while start < len(data):
            piece = data[start : start + HEAD_BYTES - self._held]
            start += len(piece)
            self._whole = False
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:
                self._ignore(upgrade, piece)
            self._held = 0 if self._whole else self._held + len(piece)
            if self._held >= HEAD_BYTES or len(self.headers or ()) > HEAD_FIELDS:
                self._refuse(_TOO_LONG)
                return

    def _ignore(self, upgrade: httptools.HttpParserUpgrade, data: bytes) -> None:
        """Have the rest of `data` read as if nobody had wished for another protocol."""
        rest, wish = memoryview(data), upgrade
        while True:
            rest = rest[wish.args[0] :]
            self._resume()
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as another:
                wish = another
            else:
                return

    def _resume(self) -> None:
        """Take another parser, which goes on where the first one has stopped: behind the head of a request."""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as Uvicorn's own
        # It has to know where the body ends, and nothing else.
        scope = self.scope = self.cycle.scope
        lines = [b"POST / HTTP/" + scope["http_version"].encode()]
        lines += [b"%b: %b" % field for field in scope["headers"] if field[0] in _FRAMING]
        self._resuming = True
        try:
            self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))
        finally:
            self._resuming = False
            self.scope = scope

    def _expect_head(self) -> None:
        """End the connection unless a head is there in time."""
        self._deadline = self._deadline or self.loop.time() + HEAD_SECONDS
        self.timeout_keep_alive_task = self.loop.call_at(
            self._deadline, self.timeout_keep_alive_handler
        )

    # -- what is refused -----------------------------------------------------------------------

    @property
    def _in_head(self) -> bool:
        """Whether a head has begun and is not there yet."""
        return self.scope is not (self._latest and self._latest.scope)

    def _refuse(self, status: HTTPStatus) -> None:
        """Read no more, and have the application answer with `status` when it is its turn."""
        self._deaf = True
        if not self._in_head:
            if self._latest is not None and self._latest.more_body:
                self._give_up_body(status)
                return
            self.on_message_begin()
        method = self.parser.get_method().decode() if self.url else "-"
        self.url = b"/"
        self._mark(status)
        super().on_headers_complete()
        self.scope["method"] = method
        self.cycle.keep_alive = False

    def _mark(self, status: HTTPStatus) -> None:
        scope: Any = self.scope
        scope[REFUSAL] = status

    def _give_up_body(self, status: HTTPStatus) -> None:
        """End with a request whose body is still to come."""
        self.cycle.keep_alive = False
        if self.cycle.response_started:
            self.transport.close()
        else:
            # Found when the request's turn comes, or by whoever waits for the rest of the body.
            self._mark(status)
            self.cycle.message_event.set()

    # -- what the parser tells -----------------------------------------------------------------

    def on_headers_complete(self) -> None:
        """Serve the request, now that its head is there."""
        if self._resuming:
            return
        self._whole = True
        if len(self.headers) > HEAD_FIELDS:
            raise _TooManyFieldsError
        if not self.url.startswith(b"/"):
            self._take_from_target()
        super().on_headers_complete()
        # The parser tells of trailer fields as of others. Nobody looks into this list.
        self.headers = []

    def _take_from_target(self) -> None:
        """Take the path and the host from a target that is a whole URL (RFC 9112, 3.2.2)."""
        if target := _ABSOLUTE.fullmatch(self.url):
            host, path = target[1], target[2] or b"/"
            self.url = path if path.startswith(b"/") else b"/" + path
            # As often as it was there.
            self.headers[:] = [
                (name, host if name == b"host" else value) for name, value in self.headers
            ]

    def _should_upgrade(self) -> bool:
        return False

    def on_body(self, body: bytes) -> None:
        """Take a part of the request's body."""
        self._whole = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request's body."""
        # Of a request that would upgrade the first parser says so when it has read the head.
        if self.parser.should_upgrade():
            return
        self._whole = True
        self.cycle.more_body = False
        self.cycle.message_event.set()

    # -- answers -------------------------------------------------------------------------------

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for one."""
        super().on_response_complete()
        if self.scope is not self.cycle.scope and self.timeout_keep_alive_task is not None:
            # It has begun to come meanwhile.
            self._unset_keepalive_if_required()
            self._expect_head()


def _waits_since(connection: Any) -> float:
    """Return the loop's time at which a connection began to wait for what it waits for."""
    for_head = connection.cycle is None or connection._deadline  # noqa: SLF001 - of our own class
    patience = HEAD_SECONDS if for_head else connection.timeout_keep_alive
    return float(connection.timeout_keep_alive_task.when() - patience)


def _status_of(error: httptools.HttpParserError) -> HTTPStatus:
    too_many = isinstance(error.__context__, _TooManyFieldsError)
    return _TOO_LONG if too_many else HTTPStatus.BAD_REQUEST
