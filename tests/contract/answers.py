"""Requests as they come off a socket, and what holds for the answer to any of them."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

PROBLEM = "application/problem+json"
PROMISED = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}
EVERYWHERE = {"x-request-id", "x-content-type-options", "cache-control", "content-security-policy"}


@dataclass(frozen=True)
class Answer:
    """A status, headers by lower-case name, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def pointers(self) -> set[str]:
        """Where the wrong values are."""
        return {error["pointer"] for error in self.json().get("errors", ())}


class Shop:
    """Sends to an ASGI application what a server would make of the bytes on a socket."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def ask(
        self,
        method: str,
        target: bytes | str,
        who: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Answer:
        """Send a request and check what holds for all answers; `body` is JSON unless `headers` say."""
        target = target.encode() if isinstance(target, str) else target
        path, _, query = target.partition(b"?")
        named = any(name == b"host" for name, _ in headers)
        sent = [*headers] if named else [(b"host", b"shop.test"), *headers]
        sent += [(name.lower().encode(), text.encode()) for name, text in (who or {}).items()]
        if body is not None:
            sent.append((b"content-length", b"%d" % len(body)))
            if not any(name == b"content-type" for name, _ in headers):
                sent.append((b"content-type", b"application/json"))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": sent,
            "client": ("192.0.2.1", 50_000),
            "server": ("shop.test", 80),
        }
        messages = await self._exchange(scope, body or b"")
        start, rest = messages[0], messages[1:]
        pairs = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        assert len(dict(pairs)) == len(pairs), pairs
        answer = Answer(
            start["status"], dict(pairs), b"".join(part.get("body", b"") for part in rest)
        )
        check(method, answer.status, answer.headers, answer.body)
        return answer

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
        given = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if given:
                return given.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return sent


def check(method: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Assert what design and description promise for every answer."""
    assert status < 500, body
    assert headers.keys() >= EVERYWHERE
    assert PROMISED.get(status, "x-request-id") in headers
    assert all(value.isprintable() for value in headers.values())
    assert not re.search(rb"argon2|password_hash|token_hash", body)
    if method == "HEAD" or status == 204:
        assert body == b""
    elif status >= 400:
        _check_problem(status, headers, json.loads(body))


def _check_problem(status: int, headers: Mapping[str, str], problem: Mapping[str, Any]) -> None:
    assert headers["content-type"] == PROBLEM
    assert problem["status"] == status
    assert problem["request_id"] == headers["x-request-id"]
    assert problem["code"]
    assert problem["title"]
    # A pointer says what the client called something, whatever that was.
    told = json.dumps({**problem, "errors": [e["message"] for e in problem.get("errors", ())]})
    for word in ("Traceback", "psycopg2", "SELECT ", "INSERT ", "UPDATE "):
        assert word not in told


def members(body: Any, start: tuple[str | int, ...] = ()) -> Iterable[tuple[str | int, ...]]:
    """Yield the path to each text in a JSON body."""
    if isinstance(body, str):
        yield start
    parts = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    for name, part in parts:
        yield from members(part, (*start, name))


def replaced(body: Any, path: Sequence[str | int], text: Any) -> Any:
    """Return `body` with something else at that path."""
    if not path:
        return text
    copy = body.copy()
    copy[path[0]] = replaced(body[path[0]], path[1:], text)
    return copy
