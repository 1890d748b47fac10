"""Uvicorn's server, which takes leave of its clients before it ends."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Protocol, runtime_checkable

from uvicorn import Config, Server

GOODBYE_SECONDS = 1.0
"""How long open connections are waited for, so that a busy client has its last answer on each."""

SHORTEST_WAIT = 1
"""Seconds that requests under way have in any case."""

_INTERRUPTED_AFTER = 0.5  # Gunicorn's master kills two seconds after it lost its patience
_TICK = 0.05
_GOODBYE = (b"connection", b"close")


@runtime_checkable
class Withdrawing(Protocol):
    """An application that has more to do with its end than lifespan tells it."""

    drain_seconds: float
    """How long it wants to be served on after it has withdrawn."""

    def withdraw(self) -> None:
        """Tell whoever asks that this process takes no more requests soon."""


class LeavingServer(Server):
    """A server that nobody loses a request to when it ends.

    Whoever closes an idle connection may close one that a request is on its way through. So first every
    answer says `Connection: close`, and only connections that stay silent are closed by the server.
    On SIGTERM an application that is Withdrawing does so, and new requests are taken for its
    `drain_seconds` more: the time that load balancers need to notice. Then nothing new is accepted; for
    GOODBYE_SECONDS open connections get their last answer; then Uvicorn's own shutdown lets requests
    under way end, until `patience` seconds have passed since the signal.

    Where `is_replaced()` says that others go on accepting on the same sockets, nobody has to notice anything:
    there is no withdrawal and no drain.

    SIGINT as the first signal, and any second one, end the waiting for new requests. A second one that
    is urgent (SIGINT, or SIGQUIT after SIGTERM) interrupts requests under way too.
    """

    def __init__(
        self, config: Config, patience: float, is_replaced: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(config)
        self._patience = patience
        self._is_replaced = is_replaced
        self._first_signal: int | None = None
        self._hurried = False

    @property
    def drain_seconds(self) -> float:
        """How long new requests are taken after SIGTERM: what the application wants, if there is time."""
        app: Any = self.config.app
        wanted = app.drain_seconds if isinstance(app, Withdrawing) else 0
        return max(0, min(wanted, self._patience - GOODBYE_SECONDS - SHORTEST_WAIT))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Uvicorn's
        """End; sooner, if told so again. A signal handler."""
        if self.should_exit:
            self._hurried = True
            # From a terminal, SIGINT comes to all processes, and SIGQUIT from the master right after it.
            if sig == signal.SIGINT or (sig, self._first_signal) == (
                signal.SIGQUIT,
                signal.SIGTERM,
            ):
                asyncio.get_running_loop().call_soon_threadsafe(self._interrupt_soon)
            return
        self._first_signal = sig
        self._hurried = sig != signal.SIGTERM
        # What Uvicorn raises at the very end; the worker then leaves as programs do.
        self._captured_signals.append(signal.SIGTERM)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye on all connections, then end them, then the application."""
        began = time.monotonic()
        self._say_goodbye()
        # One that recycles itself (max_requests) was not told to exit.
        if self.should_exit and not self._is_replaced():
            await self._drain()
        for listener in [*self.servers, *(sockets or ())]:
            listener.close()
        await self._wait(GOODBYE_SECONDS, lambda: not any(map(_is_idle, self._connections)))
        left = self._patience - (time.monotonic() - began)
        self.config.timeout_graceful_shutdown = max(int(left), SHORTEST_WAIT)
        await super().shutdown()

    @property
    def _connections(self) -> list[Any]:
        return list(self.server_state.connections)

    def _say_goodbye(self) -> None:
        # Uvicorn builds the headers of every answer from these, once a second.
        self.config.encoded_headers.append(_GOODBYE)
        self.server_state.default_headers = [*self.server_state.default_headers, _GOODBYE]
        # Requests under way have the headers of their beginning.
        for connection in self._connections:
            if not _is_idle(connection):
                connection.shutdown()  # once its answer is out

    async def _drain(self) -> None:
        app: Any = self.config.app
        if isinstance(app, Withdrawing):
            app.withdraw()
        await self._wait(self.drain_seconds, lambda: False)

    async def _wait(self, seconds: float, done: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while not self._hurried and not done() and time.monotonic() < end:
            await self.on_tick(0)  # keeps the date in the headers right
            await asyncio.sleep(_TICK)

    def _interrupt_soon(self) -> None:
        asyncio.get_running_loop().call_later(_INTERRUPTED_AFTER, self._interrupt)

    def _interrupt(self) -> None:
        for request in self.server_state.tasks:
            request.cancel()


def _is_idle(connection: Any) -> bool:
    """Say whether a connection has no request under way: then one may be on its way to us."""
    return connection.cycle is None or connection.cycle.response_complete
