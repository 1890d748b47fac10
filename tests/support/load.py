"""A lean keep-alive HTTP client: fast enough that a test measures the server and not itself."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers by lower-case name, the body, and the seconds it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


class Connection:
    """One socket that sends requests one after the other, and is opened again where the server closed it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, *, token: str | None = None, body: Any = None, **headers: str
    ) -> Answer:
        """Send a request and return its answer. Raises OSError or EOFError where the connection breaks."""
        began = time.perf_counter()
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        try:
            reader, writer = await self._open()
            writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            status, answered = await self._read_head(reader)
            read = await reader.readexactly(int(answered.get("content-length", 0)))
        except BaseException:
            self.close()
            raise
        if answered.get("connection") == "close":
            self.close()
        return Answer(status, answered, read, time.perf_counter() - began)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

    async def _read_head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        return int(head[0].split(" ", 2)[1]), {
            name.lower(): value.strip() for name, _, value in pairs
        }

    def close(self) -> None:
        """Close the socket."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


@dataclass
class Outcome:
    """What came of a load: how often each status, the seconds of each answer, the broken connections."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.statuses[answer.status] += 1
        self.seconds.append(answer.seconds)

    @property
    def slowest(self) -> float:
        """The seconds that the slowest answer took."""
        return max(self.seconds)


Step = Callable[[Connection, int], Awaitable[Answer]]


async def load(url: str, *, connections: int, requests: int, step: Step) -> Outcome:
    """Call `step(connection, number)` for 0 … requests - 1, spread over that many sockets at once."""
    outcome = Outcome()
    numbers = iter(range(requests))

    async def client() -> None:
        connection = Connection(url)
        try:
            for number in numbers:
                try:
                    outcome.add(await step(connection, number))
                except (OSError, EOFError) as error:
                    outcome.broken.append(repr(error))
        finally:
            connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(client())
    return outcome
