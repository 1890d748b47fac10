"""Waiting for a socket that belongs to libpq and not to the event loop."""

import asyncio
import functools
import importlib.util
import selectors
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any


@functools.cache
def _original(name: str) -> ModuleType:
    """Return a module of the standard library as it was before somebody changed it, always the same one."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"There is no module {name}.", name=name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Epoll:
    """The system's selector, where gevent or eventlet has taken it out of Python's modules.

    What they put in its place has no descriptor that a loop could watch.
    """

    def __init__(self) -> None:
        self._select = _original("select")
        self._epoll = self._select.epoll()
        self.fileno = self._epoll.fileno
        self.unregister = self._epoll.unregister
        self.close = self._epoll.close

    def register(self, fd: int, events: int) -> None:
        """Watch a descriptor for EVENT_READ, and perhaps EVENT_WRITE."""
        writing = self._select.EPOLLOUT if events & selectors.EVENT_WRITE else 0
        self._epoll.register(fd, self._select.EPOLLIN | writing)


def _selector() -> Any:
    default = selectors.DefaultSelector()
    return default if hasattr(default, "fileno") else _Epoll()


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
        self._selector = _selector()
        self._number: int = self._selector.fileno()
        self._watched: int | None = None
        self._callback: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def add_reader(self, fd: int, callback: Callable[..., object], *args: Any) -> None:
        """Have `callback(*args)` called while there is something to read; aiopg's first call."""
        self._callback = functools.partial(callback, *args)
        self.expect(fd)
        self._loop.add_reader(self._number, self._callback)

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
