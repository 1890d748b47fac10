"""HTTP/1.1 on a bare socket, for what clients hide: interim answers, chunks, how a connection ends, requests that are wrong."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.support import load

PATIENCE = 20.0
"""Seconds that an answer, or the end of a connection, may take."""
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Answer(load.Answer):
    """One answer: `headers` by lower-case name (the last of several), `interim` the statuses before it."""

    interim: tuple[int, ...] = ()
    names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_problem(self) -> bool:
        """Whether it is a problem in JSON (RFC 9457) that says its own status."""
        if self.headers.get("content-type") != "application/problem+json":
            return False
        return bool(self.json()["status"] == self.status)


def request(
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    chunked: bool = False,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the bytes of a request; a body goes in chunks if `chunked`, else with its length."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    content = body or b""
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        content = b"".join(in_chunks(content))
    elif body is not None:
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def in_chunks(content: bytes, size: int = 16_384) -> Iterable[bytes]:
    """Yield `content` as chunks of a chunked body, and the last, empty one."""
    for start in range(0, len(content), size):
        piece = content[start : start + size]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


class Wire:
    """A connection; it is opened by the first request, and again where the server has closed it in between.

    `opened` counts how often, `unannounced` how often the server closed without having said `Connection: close`.
    `source` is the address of loopback that it comes from.
    """

    def __init__(
        self, port: int, *, receive_buffer: int | None = None, source: str | None = None
    ) -> None:
        self.opened = 0
        self.unannounced = 0
        self._port = port
        self._receive_buffer = receive_buffer
        self._from = (source, 0) if source else None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # -- the connection ------------------------------------------------------------------------

    async def open(self) -> None:
        """Open the connection, if it is not."""
        if self._writer is not None:
            return
        if self._receive_buffer is None:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=self._from
            )
        else:
            made = socket.socket()
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            made.setblocking(False)  # noqa: FBT003 - the socket's own
            await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", self._port))
            self._reader, self._writer = await asyncio.open_connection(
                sock=made, limit=self._receive_buffer
            )
        self.opened += 1

    def close(self) -> None:
        """Close it in order."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    def reset(self) -> None:
        """Leave as a client that crashed: the server sees a reset."""
        if self._writer is not None:
            made = self._writer.get_extra_info("socket")
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        self._reader = self._writer = None

    def finish_sending(self) -> None:
        """Say that no more requests come, and go on reading."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.write_eof()

    async def is_closed_by_server(self, seconds: float = PATIENCE) -> bool:
        """Say whether the server ends the connection within that time, without sending anything more."""
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    @property
    def reader(self) -> asyncio.StreamReader:
        """What comes from the server. Raises ConnectionError if the connection is not open."""
        if self._reader is None:
            raise ConnectionError("not open")
        return self._reader

    # -- requests and answers ------------------------------------------------------------------

    async def send(self, data: bytes) -> None:
        """Send bytes as they are; one that the server does not want any more are no error."""
        await self.open()
        assert self._writer is not None
        self._writer.write(data)
        with suppress(ConnectionError):
            await self._writer.drain()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        chunked: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and return its answer; once more where the server had closed the idle connection."""
        data = request(method, path, body=body, chunked=chunked, headers=headers)
        reused = self._writer is not None
        try:
            return await self._exchange(method, data)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            # What a client may do (RFC 9110, 9.2.2) if not one byte of an answer came.
            if not reused or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            self.unannounced += 1
            return await self._exchange(method, data)

    async def _exchange(self, method: str, data: bytes) -> Answer:
        began = time.perf_counter()
        await self.send(data)
        return await self.answer(method, began)

    async def answer(self, method: str = "GET", began: float | None = None) -> Answer:
        """Read the answer to a request with that method. Raises OSError, EOFError or TimeoutError."""
        began = time.perf_counter() if began is None else began
        try:
            async with asyncio.timeout(PATIENCE):
                status, pairs = await self._head()
                interim: list[int] = []
                while 100 <= status < 200:
                    interim.append(status)
                    status, pairs = await self._head()
                headers = dict(pairs)
                body = await self._body(method, status, headers)
        except BaseException:
            self.close()
            raise
        names = tuple(name for name, _ in pairs)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body, time.perf_counter() - began, tuple(interim), names)

    async def interim_or_answer(self, method: str, seconds: float) -> int | Answer | None:
        """Return the status of an interim answer, or the whole final one, or None if nothing comes in that time."""
        try:
            async with asyncio.timeout(seconds):
                status, pairs = await self._head()
        except TimeoutError:
            return None
        if 100 <= status < 200:
            return status
        body = await self._body(method, status, dict(pairs))
        return Answer(status, dict(pairs), body, 0)

    async def _head(self) -> tuple[int, list[tuple[str, str]]]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        split = (line.partition(":") for line in head[1:] if line)
        return int(head[0].split(" ", 2)[1]), [(n.lower(), v.strip()) for n, _, v in split]

    async def _body(self, method: str, status: int, headers: Mapping[str, str]) -> bytes:
        if method == "HEAD" or status in {204, 304}:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return await self._chunks()
        if "content-length" in headers:
            return await self._exactly(int(headers["content-length"]))
        body = await self.reader.read(-1)
        self.close()
        return body

    async def _exactly(self, size: int) -> bytes:
        # With a small buffer readexactly() would never come to its end.
        parts: list[bytes] = []
        while size:
            part = await self.reader.read(min(size, _PIECE))
            if not part:
                raise asyncio.IncompleteReadError(b"".join(parts) or b"?", size)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    async def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await self._exactly(size))
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return b"".join(parts)

    async def everything(self, seconds: float = PATIENCE) -> bytes:
        """Read until the server closes the connection, or for so long; what came before a reset counts too."""
        parts: list[bytes] = []
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(seconds):
                while part := await self.reader.read(_PIECE):
                    parts.append(part)
        return b"".join(parts)
