"""Async views under every kind of server.

Flask calls a view synchronously, whatever it is inside. `AsyncFlask.async_to_sync`, the hook that
Flask documents for this, runs the coroutine of an `async def` view in one of two ways:

* Under ASGI (app.core.serving.asgi) the WSGI call runs in a greenlet on the event loop. The greenlet hands
  the coroutine to the task that serves the request, and is switched back to with its result. Many
  requests then wait at once, in one thread.
* Under a WSGI server, and in commands, the coroutine runs on the application's `Portal`: one event
  loop per process, in a thread of its own. A connection pool belongs to one loop, so one loop has
  to serve all requests.

Either way a view may use whatever needs a running event loop. Context variables belong into
synchronous hooks: what async code sets is seen by the code after it under ASGI alone.
"""

import sys
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
)
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

import greenlet  # type: ignore[import-untyped]  # the wheel says nothing of its types
from flask import current_app

from app.core.serving.lean import LeanFlask
from app.core.serving.portal import Portal

P = ParamSpec("P")
T = TypeVar("T")


class _Call:
    """A call and what came of it."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.ended = False
        self._function = function
        self._value: Any = None
        self._error: BaseException | None = None

    def make(self) -> None:
        """Call. Raises nothing but the wish that the greenlet ends."""
        try:
            self._value = self._function()
        except greenlet.GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001 - belongs to the task that waits
            self._error = error
        finally:
            self.ended = True

    def result(self) -> Any:
        """Return or raise what the function did."""
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error  # whose traceback holds this very frame


class RequestGreenlet(greenlet.greenlet):
    """Makes synchronous calls on an event loop, one after the other.

    Its parent is the greenlet that runs the loop, at the point where a task is in
    `run_in_greenlet()`; so what is switched to the parent reaches that task.
    """

    def run(self, call: _Call) -> None:
        """Make each call that is switched in."""
        while True:
            call.make()
            del call
            call = self.parent.switch()


class _Idle(threading.local):
    """The greenlets of a thread that have nothing to do.

    They are kept because a new one begins with memory from the system and a dead one gives it back,
    which takes more time than the rest of the bridge.
    """

    MOST = 64

    def __init__(self) -> None:
        self._greenlets: list[RequestGreenlet] = []

    def take(self) -> RequestGreenlet:
        """Return one, within the greenlet that calls and its context."""
        taken = self._greenlets.pop() if self._greenlets else RequestGreenlet()
        here = greenlet.getcurrent()
        taken.parent = here
        taken.gr_context = here.gr_context
        return taken

    def give(self, done: RequestGreenlet) -> None:
        """Keep one for the next call, unless there are enough."""
        if not done.dead and len(self._greenlets) < self.MOST:
            done.gr_context = None
            self._greenlets.append(done)


_idle = _Idle()


async def run_in_greenlet(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function` and await, in the calling task, all that it hands to `wait_for()`.

    Returns and raises what `function` does. Cancelling the task raises CancelledError where
    `function` waits. Both run in the task's own context, the same object, so that a token which one
    of them got from a context variable is good in the other.
    """
    call = _Call(partial(function, *args, **kwargs))
    runner = _idle.take()
    awaited = runner.switch(call)
    while not call.ended:
        try:
            value = await awaited
        except BaseException:  # noqa: BLE001 - belongs to the code that waits, CancelledError too
            awaited = runner.throw(*sys.exc_info())
        else:
            awaited = runner.switch(value)
    _idle.give(runner)
    return cast("T", call.result())


def wait_for(awaitable: Awaitable[T]) -> T:
    """Return the result of `awaitable`; only within a `run_in_greenlet()`.

    Other requests go on meanwhile.
    """
    return cast("T", greenlet.getcurrent().parent.switch(awaitable))


class AsyncFlask(LeanFlask):
    """A Flask whose async views share one event loop instead of getting a new one each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.portal = Portal()
        super().__init__(*args, **kwargs)

    def async_to_sync(self, func: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
        """Return a function that runs `func` to its end and returns its result.

        That function raises RuntimeError where it would have to block a running event loop: in
        an async view that calls `ensure_sync()`, or in a coroutine that calls a view directly.
        """

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            if isinstance(greenlet.getcurrent(), RequestGreenlet):
                return wait_for(func(*args, **kwargs))
            return self.portal.call(func, *args, **kwargs)

        return call


def run_sync(function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a coroutine function from synchronous code of the current application, such as a command.

    Raises what `function` raises, and RuntimeError where an event loop runs already.
    """
    return cast("AsyncFlask", current_app).async_to_sync(function)(*args, **kwargs)


def iterate(source: AsyncIterable[T]) -> Generator[T, None, None]:
    """Iterate synchronously over what `source` yields, for a response that streams.

    `Response(iterate(rows()))` works under ASGI and WSGI. An async generator is closed when the
    response is, also when its client left. Each item may be asked for by another task: `source`
    must not hold a transaction, a timeout or a lock across a `yield`.
    """
    # The stream is read after the application's context has gone, and with it the proxy's meaning.
    app = cast("Any", current_app)._get_current_object()  # noqa: SLF001 - Flask documents it
    return _pull(app, source)


def _pull(app: AsyncFlask, source: AsyncIterable[T]) -> Generator[T, None, None]:
    items = aiter(source)

    async def following() -> tuple[T, ...]:
        # A StopAsyncIteration cannot leave a coroutine; an empty tuple says it.
        try:
            return (await anext(items),)
        except StopAsyncIteration:
            return ()

    async def close() -> None:
        if isinstance(items, AsyncGenerator):
            await items.aclose()

    step, finish = app.async_to_sync(following), app.async_to_sync(close)
    try:
        while item := step():
            yield item[0]
    finally:
        finish()
