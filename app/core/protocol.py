"""Uvicorn's HTTP protocol, made to read requests as they really arrive.

Its parser, httptools, leaves some things to whoever is called by it: it tells of the fields behind a body as of those
before it, and leaves a request that wants to become another protocol where its body begins.
"""

import asyncio

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.gathering import GatheringTransport

_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
"""The fields that say where a body ends."""


class HttpProtocol(HttpToolsProtocol):
    """Uvicorn's fast protocol, on a GatheringTransport.

    Trailer fields are dropped: merged into the head's they would be believed like them, and any client can send them
    past a gateway that minds what the head says (RFC 9110, 6.5.1). A wish to upgrade is ignored, and the request
    read as it is (RFC 9110, 7.8), with its body and whatever comes behind it.
    """

    _resuming = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn's
        """Begin to serve a connection."""
        super().connection_made(GatheringTransport(transport, self.loop))  # type: ignore[arg-type]  # it is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection; what was to be sent in this turn has no reader."""
        if isinstance(self.transport, GatheringTransport):
            self.transport.discard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)

    def _feed(self, data: bytes | memoryview) -> None:
        """Have the parser read `data`. Raises HttpParserError."""
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = memoryview(data)[upgrade.args[0] :]
                self._resume()
            else:
                return

    def _resume(self) -> None:
        """Take another parser, which goes on where the first one has stopped: behind the head of a request."""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as Uvicorn's own
        # It has to know where the body ends, and nothing else.
        scope = self.cycle.scope
        lines = [b"POST / HTTP/" + scope["http_version"].encode()]
        lines += [b"%b: %b" % field for field in scope["headers"] if field[0] in _FRAMING]
        self._resuming = True
        try:
            self.parser.feed_data(b"\r\n".join([*lines, b"", b""]))
        finally:
            self._resuming = False

    def _should_upgrade(self) -> bool:
        return False

    def on_headers_complete(self) -> None:
        """Serve the request, now that its head is there."""
        if self._resuming:
            return
        super().on_headers_complete()
        # The parser tells of trailer fields as of others. Nobody looks into this list.
        self.headers = []

    def on_message_complete(self) -> None:
        """End the request's body."""
        # Of a request that would upgrade the first parser says so when it has read the head.
        if not self.parser.should_upgrade():
            super().on_message_complete()
