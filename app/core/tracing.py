"""Traces of OpenTelemetry, where an endpoint for them is set; where none is, nothing of it is loaded.

OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT turns them on; OpenTelemetry's other
variables hold too. What makes spans asks here whether the request under way is traced, which costs a
look at a context variable where it is not.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

from flask import Flask

from app.core.config import SettingsError

if TYPE_CHECKING:
    from app.core.spans import Spans

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_NO_SPAN = nullcontext()

current_spans: "ContextVar[Spans | None]" = ContextVar("current_spans", default=None)
"""What records the request under way, if it is traced."""


def wanted() -> bool:
    """Say whether the environment asks for traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return False
    return any(os.environ.get(name, "").strip() for name in _ENDPOINTS)


class Tracing:
    """Traces the requests of `app`, if that is wanted; else it does nothing.

    Make it after init_logging(): the first hook of a request is the one that was added last. Raises
    SettingsError.
    """

    def __init__(self, app: Flask, version: str) -> None:
        self._spans: Spans | None = None
        if not wanted():
            return
        from app.core import spans  # noqa: PLC0415 - it imports OpenTelemetry

        try:
            self._spans = spans.Spans(version)
        except ValueError as error:
            raise SettingsError(f"OpenTelemetry's variables are wrong: {error}.") from None
        self._spans.attach(app)

    async def close(self) -> None:
        """Send the spans that this process has left, within a bound. Await it where a process ends."""
        if self._spans is not None:
            await self._spans.close()


def span(name: str) -> AbstractContextManager[object]:
    """Return a span of that name within the request under way, for a `with`; nothing if it is not traced."""
    spans = current_spans.get()
    return _NO_SPAN if spans is None else spans.internal(name)


def statement_span(sql: str) -> AbstractContextManager[object]:
    """Return a span for a statement, as span() does. Of `sql` its text is told, not its parameters."""
    spans = current_spans.get()
    return _NO_SPAN if spans is None else spans.statement(sql)


def note_problem(code: str, error: Exception | None) -> None:
    """Tell the trace of the request which problem it ends with; `error` if it is a fault of ours."""
    spans = current_spans.get()
    if spans is not None:
        spans.problem(code, error)
