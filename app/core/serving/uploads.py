"""Bodies on their way in, under ASGI servers: how long, how slow, and how many at once.

A request takes its place among those in flight when its body is there. Until then it costs a connection and the bytes
that came, which have a bound over all; so whoever begins bodies and does not go on keeps nobody out. One that is as long as
many others is read for who may send it, and few of them at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from app.core.serving.wsgi import HTTP_1, ClientGone, Message, Receive, Refused, Scope
from app.core.telemetry.metrics import BODIES
from app.core.traffic import LEAST_RATE, REFUSAL, STALL_SECONDS

_under_way, _limit = BODIES.labels("under_way"), BODIES.labels("limit")

_PLACE = "shop.place"
"""What the scope of a request has whose body is long, and was let in."""


class LongBodies:
    """Bodies of more than `beyond` bytes: `at_once` of them are held, each until its request is answered.

    `refusal(scope)`, awaited before more of one is read than that, is the status to refuse it with, or None. Those that are
    too many wait, unread, for STALL_SECONDS, then get 503.
    """

    def __init__(
        self, *, beyond: int, at_once: int, refusal: Callable[[Scope], Awaitable[int | None]]
    ) -> None:
        self.beyond = beyond
        self._places = asyncio.Semaphore(at_once)
        self._refusal = refusal

    async def admit(self, scope: Scope) -> None:
        """Give the body of a request a place, until leave(). Raises Refused."""
        status = await self._refusal(scope)
        if status is not None:
            raise Refused(status, unread=True)
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, unread=True) from None
        scope[_PLACE] = True

    def leave(self, scope: Scope) -> None:
        """Let the next one have the place of a request that is over, if it had one."""
        if scope.pop(_PLACE, False):
            self._places.release()


class Uploads:
    """Reads the bodies of a process.

    One of more than `most` bytes is refused with 413, at its head if that announces its length, unless
    `longer(scope)`, which is asked for no other, is more. While `room` bytes of bodies that are not whole
    are held, further bodies get 503; what is held of `long` ones does not count, and whoever reads has them leave(). One that
    brings nothing for STALL_SECONDS, or less than LEAST_RATE, gets 408.
    """

    def __init__(
        self,
        most: int,
        longer: Callable[[Scope], int] | None,
        room: int,
        long: LongBodies | None = None,
    ) -> None:
        self.held = 0
        self._most = most
        self._longer = longer
        self._room = room
        self._long = long

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """Return the whole body of a request. Raises Refused, and ClientGone if it does not come."""
        _check_reading(scope)
        length = self._examine(scope)
        if length is None:
            # The one message there is says so, and is there already.
            return await self._gather(await receive(), scope, receive)
        try:
            async with asyncio.timeout(STALL_SECONDS) as patience:
                await self._admit(length, scope, patience)
                return await self._gather(await receive(), scope, receive, patience)
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, unread=True) from None

    def _examine(self, scope: Scope) -> int | None:
        """Return the length of a request's body as far as its head tells, None if none may come. Raises Refused."""
        length, open_ended = _announced_length(scope)
        if length is not None and open_ended:
            # Whoever passed this on may see another end of its body (RFC 9112, 6.3).
            raise Refused(HTTPStatus.BAD_REQUEST, unread=True)
        self._check_length(length or 0, scope)
        announced = bool(length) or open_ended
        if announced and self.held >= self._room:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, unread=True)
        # A body of HTTP/2 needs no announcement.
        return length or 0 if announced or scope["http_version"] not in HTTP_1 else None

    def _check_length(self, length: int, scope: Scope) -> int:
        """Return a bound that the body is within so far. Raises Refused."""
        most = self._most
        if length > most and self._longer is not None:
            most = self._longer(scope)
        if length > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, unread=True)
        return most

    async def _admit(
        self, length: int, scope: Scope, patience: asyncio.Timeout | None = None
    ) -> bool:
        """Say whether a body of this length, so far, is a long one; that has a place then. Raises Refused."""
        if self._long is None or length <= self._long.beyond:
            return False
        if _PLACE not in scope:
            if patience:
                patience.reschedule(None)
            await self._long.admit(scope)
            if patience:
                patience.reschedule(asyncio.get_running_loop().time() + STALL_SECONDS)
        return True

    async def _gather(
        self,
        message: Message,
        scope: Scope,
        receive: Receive,
        patience: asyncio.Timeout | None = None,
    ) -> bytes:
        """Return a body that begins with `message`, and most often ends with it; renew `patience` with each piece."""
        piece = _piece(message, scope)
        most = self._check_length(len(piece), scope)
        if not message.get("more_body"):
            await self._admit(len(piece), scope, patience)
            return piece
        now = asyncio.get_running_loop().time
        began, body, held = now(), bytearray(), 0
        _limit.set(self._room)
        try:
            while True:
                length = len(body) + len(piece)
                if length > most:
                    most = self._check_length(length, scope)
                more = -held if await self._admit(length, scope, patience) else len(piece)
                self._hold(more)
                held += more
                body += piece
                if not message.get("more_body"):
                    return bytes(body)
                if piece and patience:
                    due = min(now(), began + len(body) / LEAST_RATE) + STALL_SECONDS
                    patience.reschedule(due)
                message = await receive()
                piece = _piece(message, scope)
        finally:
            self._hold(-held)

    def _hold(self, more: int) -> None:
        if more > 0 and self.held + more > self._room:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, unread=True)
        self.held += more
        _under_way.set(self.held)


def _check_reading(scope: Scope) -> None:
    """Raise Refused if the server could not read the request, or not to its end: it is not known before."""
    if REFUSAL in scope:
        raise Refused(scope[REFUSAL], unread=True)


def _piece(message: Message, scope: Scope) -> bytes:
    _check_reading(scope)
    if message["type"] == "http.disconnect":
        raise ClientGone
    piece: bytes = message.get("body", b"")
    return piece


def _announced_length(scope: Scope) -> tuple[int | None, bool]:
    """Return the length of the body that a request announces, if it does, and whether it comes in chunks."""
    length, open_ended = None, False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            length = int(value)
        elif name == b"transfer-encoding":
            open_ended = True
    return length, open_ended
