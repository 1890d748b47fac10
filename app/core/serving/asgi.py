"""The application on ASGI servers.

asgiref's class of the same name runs all requests in one thread, one after the other, fails on
keep-alive connections, reads bodies of any size, and never closes a response. This one runs each
request in a greenlet on the event loop: see app.core.serving.concurrency for how async views await there.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from contextvars import Context, copy_context
from http import HTTPStatus
from wsgiref.types import WSGIApplication

from asgiref.wsgi import WsgiToAsgi as ThreadedWsgiToAsgi

from app.core.serving.concurrency import run_in_greenlet
from app.core.serving.uploads import LongBodies, Uploads
from app.core.serving.wsgi import (
    HTTP_1,
    ClientGone,
    Exchange,
    Receive,
    Refused,
    Scope,
    Send,
    build_environ,
    encode_headers,
    path_below_root,
)
from app.core.traffic import LINGER_SECONDS

Hook = Callable[[], Awaitable[None]]
Refusal = Callable[[int, Scope], tuple[Iterable[tuple[str, str]], bytes]]

SILENCE_SECONDS = 0.2
"""How long a client whose body is refused sends nothing when it is waiting for its answer."""

DRAIN_SECONDS = 2.0
"""How long shutdown waits for cancelled requests to roll back before it closes what they use."""

_logger = logging.getLogger(__name__)


def refuse_plainly(status: int, _scope: Scope) -> tuple[list[tuple[str, str]], bytes]:
    """Render a refusal as a minimal RFC 9457 problem: the headers and the body."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status}).encode()
    headers = [("Content-Type", "application/problem+json")]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "1"))
    return headers, body


class WsgiToAsgi(ThreadedWsgiToAsgi):
    """Serves a WSGI application on the event loop, many requests at once.

    `startup` and `shutdown` are awaited in the process that serves, on its loop. Bodies are read within
    `max_body_bytes`, or `longer_body(scope)` for one that is longer, and `max_pending_bytes`, or as `long_bodies` says (see
    app.core.serving.uploads). While `max_concurrent_requests` whose body is there are in flight, further ones get 503,
    but for paths in `exempt`. `refuse` renders these refusals, 400 for repeated headers, and 500 for an
    error that left the application; it is called once for each.

    `in_flight` is the number of admitted requests under way. A server that knows how to withdraw (see
    app.core.serving.server) calls `withdraw()` at the beginning of its end, and serves on for `drain_seconds`.
    """

    def __init__(  # noqa: PLR0913 - settings, each by name
        self,
        app: WSGIApplication,
        *,
        startup: Hook | None = None,
        shutdown: Hook | None = None,
        max_body_bytes: int = 1_048_576,
        longer_body: Callable[[Scope], int] | None = None,
        max_pending_bytes: int = 16_777_216,
        long_bodies: LongBodies | None = None,
        max_concurrent_requests: int = 512,
        exempt: Iterable[str] = ("/livez",),
        refuse: Refusal = refuse_plainly,
        drain_seconds: float = 0,
        on_withdrawal: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(app)  # type: ignore[no-untyped-call]  # asgiref's has no annotations
        self.in_flight = 0
        self.drain_seconds = drain_seconds
        self._on_withdrawal = on_withdrawal
        self._startup = startup
        self._shutdown = shutdown
        self._long_bodies = long_bodies
        self._uploads = Uploads(max_body_bytes, longer_body, max_pending_bytes, long_bodies)
        self._max_concurrent_requests = max_concurrent_requests
        self._exempt = frozenset(exempt)
        self._refusal = refuse
        self._drained: asyncio.Event | None = None

    def withdraw(self) -> None:
        """Tell the application that this process will end, and is asked for no more than it has."""
        if self._on_withdrawal:
            self._on_withdrawal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection: a request, or the server's start and end."""
        match scope["type"]:
            case "http" if len(copy_context()) == 0:
                await self._serve(scope, receive, send)
            case "http":
                # Requests of one socket share a context where the server does not prevent it
                # (python/cpython#140947): what one of them sets, the next would see.
                request = self._serve(scope, receive, send)
                await asyncio.get_running_loop().create_task(request, context=Context())
            case "lifespan":
                await self._live(receive, send)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1000})
            case other:
                raise ValueError(f"Cannot serve a connection of type {other!r}.")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        admitted = False
        try:
            body = await self._uploads.read(scope, receive)
            admitted = self._admit(scope)
            self.in_flight += admitted
            await self._answer(scope, body, receive, send)
        except ClientGone:
            return
        except Refused as refusal:
            refused = refusal
        else:
            return
        finally:
            self.in_flight -= admitted
            if self._long_bodies:
                self._long_bodies.leave(scope)
            if self._drained and not self.in_flight:
                self._drained.set()
        await self._refuse(refused, scope, receive, send)

    def _admit(self, scope: Scope) -> bool:
        """Say whether a request counts among those in flight. Raises Refused."""
        if path_below_root(scope) in self._exempt:
            return False
        if self.in_flight >= self._max_concurrent_requests:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        return True

    async def _answer(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        environ = build_environ(scope, body, self.duplicate_header_limit)
        exchange = Exchange(scope, receive, send)
        try:
            await run_in_greenlet(exchange.run, self.wsgi_application, environ)
            await exchange.finish()
        except ClientGone:
            raise
        except asyncio.CancelledError:
            # The server stops and has waited long enough; the view was interrupted.
            if not exchange.started:
                refusal = Refused(HTTPStatus.SERVICE_UNAVAILABLE)
                await self._refuse(refusal, scope, receive, send)
            raise
        except Exception as error:
            if exchange.started:
                raise  # The server says so in its log, and breaks off the connection.
            _logger.exception("An error left the application.")
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR) from error
        finally:
            exchange.stop_watching()

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without the application.

        Where a body is still under way the connection ends, but not before the client had the
        time to read its answer: one that is cut off while it sends sees a reset connection.
        """
        headers, body = self._refusal(refused.status, scope)
        head = [*encode_headers(headers), (b"content-length", str(len(body)).encode())]
        if refused.unread and scope["http_version"] in HTTP_1:
            head.append((b"connection", b"close"))
        if scope["method"] == "HEAD":
            body = b""
        await send({"type": "http.response.start", "status": refused.status, "headers": head})
        if refused.unread:
            # Also of a client that asks before it sends: some servers give it leave by themselves. The last byte comes when
            # it falls silent: a server that has all of an answer may cut off who still sends.
            await send({"type": "http.response.body", "body": body[:-1], "more_body": True})
            deadline = asyncio.get_running_loop().time() + LINGER_SECONDS
            more = await _discard(receive, deadline, pause=min(SILENCE_SECONDS, LINGER_SECONDS))
            await send({"type": "http.response.body", "body": body[-1:], "more_body": True})
            if more:
                await _discard(receive, deadline, pause=LINGER_SECONDS)
            body = b""
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            if self._startup:
                await self._startup()
        except Exception as error:
            _logger.debug("Startup failed.", exc_info=True)
            await send({"type": "lifespan.startup.failed", "message": _sentence(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self._drain()
            if self._shutdown:
                await self._shutdown()
        except Exception as error:
            _logger.exception("Shutdown failed.")
            await send({"type": "lifespan.shutdown.failed", "message": _sentence(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    async def _drain(self) -> None:
        """Let requests that the server cancelled come to their end."""
        if self.in_flight:
            self._drained = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._drained.wait(), DRAIN_SECONDS)


async def _discard(receive: Receive, deadline: float, *, pause: float) -> bool:
    """Throw away what comes, until the deadline or nothing has come for so long; say whether more may come."""
    try:
        async with asyncio.timeout_at(deadline) as patience:
            while True:
                now = asyncio.get_running_loop().time()
                patience.reschedule(min(deadline, now + pause))
                if not (await receive()).get("more_body"):
                    return False
    except TimeoutError:
        return True


def _sentence(error: Exception) -> str:
    """Return what an exception says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
