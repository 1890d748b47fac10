"""Spans for whatever does a part of a request; they cost a look at a context variable where nobody wants them.

What makes spans asks here whether the request under way is traced. Who records it is app.core.telemetry.traces's business.
"""

from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Protocol

_NO_SPAN = nullcontext()


class Recorder(Protocol):
    """What makes spans of a request that is traced."""

    def internal(self, name: str) -> AbstractContextManager[object]:
        """Return a span for a part of the request."""

    def statement(self, sql: str) -> AbstractContextManager[object]:
        """Return a span for a statement on the database."""

    def problem(self, code: str, error: Exception | None) -> None:
        """Note the problem that the request ends with."""


current_recorder: ContextVar[Recorder | None] = ContextVar("current_recorder", default=None)
"""What records the request under way, if it is traced."""


def span(name: str) -> AbstractContextManager[object]:
    """Return a span of that name within the request under way, for a `with`; nothing if it is not traced."""
    recorder = current_recorder.get()
    return _NO_SPAN if recorder is None else recorder.internal(name)


def statement_span(sql: str) -> AbstractContextManager[object]:
    """Return a span for a statement, as span() does. Of `sql` its text is told, not its parameters."""
    recorder = current_recorder.get()
    return _NO_SPAN if recorder is None else recorder.statement(sql)


def note_problem(code: str, error: Exception | None) -> None:
    """Tell the trace of the request which problem it ends with; `error` if it is a fault of ours."""
    recorder = current_recorder.get()
    if recorder is not None:
        recorder.problem(code, error)
