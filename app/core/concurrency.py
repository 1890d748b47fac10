"""Async views under every kind of server.

Flask calls a view synchronously, whatever it is inside. `AsyncFlask.async_to_sync`, the hook that
Flask documents for this, runs the coroutine of an `async def` view in one of two ways:

* Under ASGI (app.core.asgi) the WSGI call runs in a greenlet on the event loop. The greenlet hands
  the coroutine to the task that serves the request, and is switched back to with its result. Many
  requests then wait at once, in one thread.
* Under a WSGI server, and in commands, the coroutine runs on the application's `Portal`: one event
  loop per process, in a thread of its own. A connection pool belongs to one loop, so one loop has
  to serve all requests.

Either way a view may use whatever needs a running event loop. Context variables belong into
synchronous hooks: what async code sets is seen by the code after it under ASGI alone.
"""

import sys
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
)
from typing import Any, ParamSpec, TypeVar, cast

import greenlet  # type: ignore[import-untyped]  # the wheel says nothing of its types
from flask import Flask, current_app

from app.core.portal import Portal

P = ParamSpec("P")
T = TypeVar("T")


class RequestGreenlet(greenlet.greenlet):
    """A synchronous call under way on an event loop.

    Its parent is the greenlet that runs the loop, at the point where a task is in
    `run_in_greenlet()`; so what is switched to the parent reaches that task.
    """


async def run_in_greenlet(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function` and await, in the calling task, all that it hands to `wait_for()`.

    Returns and raises what `function` does. Cancelling the task raises CancelledError where
    `function` waits. Both run in the task's own context, the same object, so that a token which one
    of them got from a context variable is good in the other.
    """
    call = RequestGreenlet(function)
    call.gr_context = greenlet.getcurrent().gr_context
    outcome = call.switch(*args, **kwargs)
    while not call.dead:
        try:
            value = await outcome
        except BaseException:  # noqa: BLE001 - belongs to the code that waits, CancelledError too
            outcome = call.throw(*sys.exc_info())
        else:
            outcome = call.switch(value)
    return cast("T", outcome)


def wait_for(awaitable: Awaitable[T]) -> T:
    """Return the result of `awaitable`; only within a `run_in_greenlet()`.

    Other requests go on meanwhile.
    """
    return cast("T", greenlet.getcurrent().parent.switch(awaitable))


class AsyncFlask(Flask):
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
