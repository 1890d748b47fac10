"""One event loop per process, for code that cannot await."""

import asyncio
import atexit
import logging
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import greenlet  # type: ignore[import-untyped]  # the wheel says nothing of its types

P = ParamSpec("P")
T = TypeVar("T")
Hook = Callable[[], Awaitable[None]]

CLOSE_SECONDS = 5.0
"""How long the end of a process waits for the shutdown hooks."""

_logger = logging.getLogger(__name__)


class Portal:
    """Runs coroutines for synchronous callers on one event loop, in a thread of its own.

    The thread starts with the first call, so nothing runs in a Gunicorn master; a forked child
    starts one of its own. The hooks of `on_startup` run on the new loop before that call, those
    of `on_shutdown` at the end of the process or in `close()`.
    """

    def __init__(self) -> None:
        self._startup: list[Hook] = []
        self._shutdown: list[Hook] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._left_behind: list[asyncio.AbstractEventLoop] = []
        _portals.add(self)

    def on_startup(self, hook: Hook) -> None:
        """Have `hook` awaited when the loop starts; if it raises, so does the call that waits."""
        self._startup.append(hook)

    def on_shutdown(self, hook: Hook) -> None:
        """Have `hook` awaited when the loop ends; the one given last is called first."""
        self._shutdown.insert(0, hook)

    def call(
        self, function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `function(*args, **kwargs)` on the loop and return its result.

        It sees the caller's context variables; what it sets stays with it, since the threads of a
        server outlive their requests. Any number of threads may call at once. The coroutine of a
        caller that is interrupted is cancelled.

        Raises what `function` raises, and RuntimeError where an event loop runs already: to wait
        there would stop that loop for good.
        """
        _refuse_to_block(function)
        loop = self._running_loop()
        tasks: list[asyncio.Task[Any] | None] = []
        abandoned = threading.Event()

        async def interruptible() -> T:
            tasks.append(asyncio.current_task())
            if abandoned.is_set():
                raise asyncio.CancelledError
            return await function(*args, **kwargs)

        try:
            # The task that this makes has a copy of the thread's context.
            return asyncio.run_coroutine_threadsafe(interruptible(), loop).result()
        except BaseException:
            # A signal interrupts anywhere, before the future has a name too: so the task is asked.
            abandoned.set()
            _cancel(loop, tasks)
            raise

    def close(self) -> None:
        """Run the shutdown hooks and end the loop. A later call starts a new one."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(self._wind_up(), loop).result(CLOSE_SECONDS)
        except TimeoutError:
            _logger.exception("The shutdown hooks took more than %s seconds.", CLOSE_SECONDS)
        _stop(loop, thread)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop, self._thread = self._start()
            return self._loop

    def _start(self) -> tuple[asyncio.AbstractEventLoop, threading.Thread]:
        loop = asyncio.new_event_loop()

        def run() -> None:
            _homes[loop] = greenlet.getcurrent()
            loop.run_forever()

        thread = threading.Thread(target=run, name="portal", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._set_up(), loop).result()
        except BaseException:
            _stop(loop, thread)
            raise
        return loop, thread

    async def _set_up(self) -> None:
        for hook in self._startup:
            await hook()

    async def _wind_up(self) -> None:
        for hook in self._shutdown:
            try:
                await hook()
            except Exception:
                _logger.exception("A shutdown hook failed.")
        await asyncio.get_running_loop().shutdown_asyncgens()

    def reset_after_fork(self) -> None:
        """Forget the parent's loop, whose thread does not exist in a forked child."""
        if self._loop is not None:
            # Kept, not closed: parent and child share the loop's epoll set.
            self._left_behind.append(self._loop)
        self._lock, self._loop, self._thread = threading.Lock(), None, None


_portals: "weakref.WeakSet[Portal]" = weakref.WeakSet()
_homes: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Any]" = weakref.WeakKeyDictionary()
"""The greenlet in which each portal's loop runs."""


def _reset_all() -> None:
    for portal in list(_portals):
        portal.reset_after_fork()


def _close_all() -> None:
    for portal in list(_portals):
        portal.close()


os.register_at_fork(after_in_child=_reset_all)
atexit.register(_close_all)


def _cancel(loop: asyncio.AbstractEventLoop, tasks: list[asyncio.Task[Any] | None]) -> None:
    def cancel() -> None:
        for task in tasks:
            if task is not None:
                task.cancel()  # says nothing to one that is done

    with suppress(RuntimeError):  # the loop has ended, and so have its tasks
        loop.call_soon_threadsafe(cancel)


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join(CLOSE_SECONDS)
    if not loop.is_running():
        loop.close()


def _refuse_to_block(function: Callable[..., Any]) -> None:
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        return
    # Under gevent a "thread" is a greenlet, and every greenlet of the process sees a portal's
    # loop as the running one. Only code inside the loop's own greenlet would block it.
    home = _homes.get(running)
    if home is not None and not _within(home):
        return
    name = getattr(function, "__qualname__", repr(function))
    raise RuntimeError(
        f"{name} was called synchronously where an event loop runs already; await it instead."
    )


def _within(outer: Any) -> bool:
    """Say whether the code that calls runs in the greenlet `outer` or in one started there."""
    current = greenlet.getcurrent()
    while current is not None and current is not outer:
        current = current.parent
    return current is not None
