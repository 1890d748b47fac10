"""Waiting for a socket that belongs to libpq and not to the event loop."""

import asyncio
import selectors
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class SocketWatch:
    """An event loop as one connection of libpq sees it: as it is, but for the watching of the socket.

    libpq closes and opens sockets behind the loop's back, and a new one often gets the number of the
    old one. uvloop then keeps watching the old one; besides, libuv stops to watch a socket for good
    at its first error, although there is still something to read. Either way the connection would
    hear nothing more. So the socket lies in a selector of its own, and the loop watches that one,
    which neither has errors nor changes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._selector = selectors.DefaultSelector()
        self._number: int = self._selector.fileno()
        self._watched: int | None = None
        self._callback: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Have `callback(*args)` called while there is something to read; aiopg's first call."""
        self._callback = lambda: callback(*args)
        self.expect(fd)
        self._loop.add_reader(self._number, self._dispatch)

    def expect(self, fd: int, *, to_write: bool = False) -> None:
        """Watch the socket that has the number `fd` now: for something to read, or room to write."""
        self._forget()
        writing = selectors.EVENT_WRITE if to_write else 0
        self._selector.register(fd, selectors.EVENT_READ | writing)
        self._watched = fd

    def remove_reader(self, _fd: int) -> None:
        """Watch nothing any more; aiopg's last call."""
        if self._callback is not None:
            self._callback = None
            self._forget()
            self._loop.remove_reader(self._number)
            self._selector.close()

    def _forget(self) -> None:
        if self._watched is not None:
            # The system has forgotten a closed one already.
            with suppress(KeyError, ValueError, OSError):
                self._selector.unregister(self._watched)
            self._watched = None

    def _dispatch(self) -> None:
        if self._selector.select(0) and self._callback is not None:
            self._callback()
