"""A transport that sends the head of an answer and its body at once.

Uvicorn writes them one after the other: two system calls, two packets, and a moment between them in which
a process that dies leaves half an answer, which no gateway may ask another process for.
"""

import asyncio
from typing import Any


class GatheringTransport:
    """A transport that sends what is written in one turn of the event loop in one piece."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """Return what all transports have."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send `data`, at the end of this turn."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def close(self) -> None:
        """Send what was written, and close."""
        self._flush()
        self._transport.close()

    def discard(self) -> None:
        """Forget what was written: the connection is lost, and uvloop's transport refuses to be written to."""
        self._pieces.clear()

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            self._transport.write(b"".join(pieces))
