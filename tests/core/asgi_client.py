"""A client that speaks ASGI itself, so that a test sees each message and says when it leaves."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 20
CHUNKED = [(b"transfer-encoding", b"chunked")]


def declared(length: int) -> list[tuple[bytes, bytes]]:
    """Return the head of a body of that length."""
    return [(b"content-length", str(length).encode())]


@dataclass
class Client:
    """One request's end of the wire.

    `chunks` is the body as it arrives. `leaves_after` is the number of body messages that the client
    reads before it leaves; 0 means that it leaves while it sends.
    """

    method: str = "GET"
    path: str = "/"
    headers: Iterable[tuple[bytes, bytes]] = ()
    chunks: list[bytes] = field(default_factory=lambda: [b""])
    leaves_after: int | None = None
    scope: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    reads: int = 0

    async def request(self, app) -> "Client":
        self.gone = asyncio.Event()
        if self.leaves_after == 0:
            self.gone.set()
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "root_path": "",
            "query_string": b"",
            "headers": list(self.headers),
            "client": ("192.0.2.7", 50000),
            "server": ("shop.example", 8000),
        }
        async with asyncio.timeout(PATIENCE):
            await app({**scope, **self.scope}, self.receive, self.send)
        return self

    async def receive(self) -> dict[str, Any]:
        if self.chunks and not self.gone.is_set():
            self.reads += 1
            body = self.chunks.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.chunks)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message) -> None:
        self.messages.append(dict(message))
        if len(self.bodies) == self.leaves_after:
            self.gone.set()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [each for each in self.messages if each["type"] == "http.response.body"]

    @property
    def status(self) -> int:
        return self.messages[0]["status"]

    @property
    def answer_headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def text(self) -> str:
        return b"".join(each.get("body", b"") for each in self.bodies).decode()

    @property
    def complete(self) -> bool:
        return bool(self.bodies) and not self.bodies[-1].get("more_body")


class Staller(Client):
    """A client that says nothing more when its pieces are out, though its body has not ended."""

    pause: float = 0

    async def receive(self):
        if not self.chunks:
            self.stalls.set()
            await self.gone.wait()
            return {"type": "http.disconnect"}
        await asyncio.sleep(self.pause)
        self.reads += 1
        return {"type": "http.request", "body": self.chunks.pop(0), "more_body": True}

    async def request_stalling(self, bridge) -> Client:
        """Send all that it sends, and return when the bridge has had enough."""
        return await (await self.begin(bridge))

    async def begin(self, bridge) -> asyncio.Task[Client]:
        """Send all that it sends, and return the request, which goes on."""
        self.stalls = asyncio.Event()
        task = asyncio.create_task(self.request(bridge))
        stalls = asyncio.create_task(self.stalls.wait())
        await asyncio.wait([task, stalls], return_when=asyncio.FIRST_COMPLETED)
        stalls.cancel()
        return task
