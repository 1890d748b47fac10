"""What is traced, in OpenTelemetry's words; app.core.telemetry.traces loads this where traces are wanted.

OpenTelemetry's own instrumentation of Flask (a beta) would work on the bridge and is not used: it records clients'
addresses, browsers and, by its defaults, query strings, and knows nothing of our connections. Here a request is its method, its route's template and its status; a
statement is its text, with the names of its parameters; an error is its class, and where it was raised.
Messages are left to the log, which has the trace's id: PostgreSQL's quote values.
"""

import asyncio
import logging
import os
import re
import threading
import traceback
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache

import structlog
from flask import Flask, Response, g, request
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from app.core.telemetry.tracing import current_recorder
from app.core.traffic import METHODS, PROBES

SERVICE = "online-grocery"

CLOSE_SECONDS = 1.0
"""How long the end of a process waits for a collector to take the last spans."""

_SERVER_ERROR = 500
# What a statement changes stands before what it reads for that; a function is no table, and
# `FOR UPDATE`, `FOR NO KEY UPDATE` and `DO UPDATE` begin nothing.
_CHANGE = re.compile(
    r'\b(INSERT(?= INTO )|(?<!FOR )(?<!KEY )(?<!DO )UPDATE|DELETE(?= FROM ))(?: INTO| FROM)? "?([a-z_]+)',
    re.IGNORECASE,
)
_TABLE = re.compile(r'\bFROM "?([a-z_]+)\b(?! ?\()', re.IGNORECASE)
_SPACES = re.compile(r"\s+")

_traceparent = TraceContextTextMapPropagator()
_log = structlog.get_logger(__name__)


class Spans:
    """Records the requests of an application and what they do, and sends it from each process."""

    def __init__(self, version: str) -> None:
        """Raise ValueError for variables of OpenTelemetry's that cannot be."""
        self._version = version
        self._lock = threading.Lock()
        self._pid = 0
        self._tracer_here: trace.Tracer | None = None
        self._batches: BatchSpanProcessor | None = None
        # Tried once: what is wrong must not wait for the first request.
        self._start()
        self._stop()

    def attach(self, app: Flask) -> None:
        """Make a span of each request of `app`."""
        app.before_request_funcs.setdefault(None, []).insert(0, self._begin)
        app.after_request(self._answered)
        app.teardown_request(self._end)

    async def close(self) -> None:
        """Send what this process has left, for CLOSE_SECONDS at most."""
        try:
            await asyncio.to_thread(self._stop)
        except RuntimeError:
            # The interpreter ends, as it does under WSGI, and takes on no more threads; nothing else runs then.
            self._stop()

    def _stop(self) -> None:
        batches, self._batches, self._tracer_here = self._batches, None, None
        if batches is not None:
            # Its own shutdown() waits for half a minute, and takes no other time.
            shutdown = batches._batch_processor.shutdown  # noqa: SLF001 - see above
            shutdown(timeout_millis=int(CLOSE_SECONDS * 1000))

    def internal(self, name: str) -> AbstractContextManager[object]:
        """Return a span for a part of the request under way."""
        return self._child(name, SpanKind.INTERNAL, {})

    def statement(self, sql: str) -> AbstractContextManager[object]:
        """Return a span for a statement on the database."""
        name, attributes = _described(sql)
        return self._child(name, SpanKind.CLIENT, attributes)

    def problem(self, code: str, error: Exception | None) -> None:
        """Note the problem that the request ends with, and where `error` was raised."""
        span = trace.get_current_span()
        span.set_attribute("problem.code", code)
        if error is not None:
            where = "".join(traceback.format_tb(error.__traceback__))
            span.add_event(
                "exception", {"exception.type": _name(error), "exception.stacktrace": where}
            )
            span.set_attribute("error.type", _name(error))

    @contextmanager
    def _child(
        self, name: str, kind: SpanKind, attributes: dict[str, str]
    ) -> Generator[None, None, None]:
        span = self._tracer().start_span(name, kind=kind, attributes=attributes)
        # Exceptions are recorded below: OpenTelemetry would record their messages too.
        with trace.use_span(
            span, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            try:
                yield
            except BaseException as error:
                _fail(span, error)
                raise

    def _begin(self) -> None:
        if request.path in PROBES:
            return
        method = request.method if request.method in METHODS else "_OTHER"
        route = request.url_rule.rule if request.url_rule else None
        attributes = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "network.protocol.name": "http",
            "network.protocol.version": request.environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        }
        if route is not None:
            attributes["http.route"] = route
        # The name that the conventions give to a method which they do not know.
        shown = "HTTP" if method == "_OTHER" else method
        span = self._tracer().start_span(
            f"{shown} {route}" if route else shown,
            context=_traceparent.extract(_headers()),
            kind=SpanKind.SERVER,
            attributes=attributes,
        )
        g.span = span
        g.span_token = otel_context.attach(trace.set_span_in_context(span))
        trace_id = trace.format_trace_id(span.get_span_context().trace_id)
        structlog.contextvars.bind_contextvars(trace_id=trace_id)
        if span.is_recording():
            g.spans_token = current_recorder.set(self)

    @staticmethod
    def _answered(response: Response) -> Response:
        span: Span | None = g.get("span")
        if span is not None and span.is_recording():
            status = response.status_code
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("http.request.header.x-request-id", (g.get("request_id", ""),))
            if status >= _SERVER_ERROR:
                span.set_status(StatusCode.ERROR)
                if isinstance(span, ReadableSpan) and "error.type" not in (span.attributes or {}):
                    span.set_attribute("error.type", str(status))
        return response

    @staticmethod
    def _end(error: BaseException | None) -> None:
        span: Span | None = g.pop("span", None)
        if span is None:
            return
        if error is not None:  # Nobody answered it: the worker stops, or the client left.
            _fail(span, error)
        span.end()
        structlog.contextvars.unbind_contextvars("trace_id")
        if (recording := g.pop("spans_token", None)) is not None:
            current_recorder.reset(recording)
        otel_context.detach(g.pop("span_token"))

    def _tracer(self) -> trace.Tracer:
        """Return the tracer of this process: its thread that sends does not live on in a fork."""
        if self._tracer_here is None or self._pid != os.getpid():
            with self._lock:  # several threads may serve a process's first requests
                if self._tracer_here is None or self._pid != os.getpid():
                    self._tracer_here = self._start()
                    self._pid = os.getpid()
        return self._tracer_here

    def _start(self) -> trace.Tracer:
        self._batches = BatchSpanProcessor(Exporter())
        # close() ends it, within a bound that OpenTelemetry's own exit hook does not have.
        provider = TracerProvider(resource=_resource(self._version), shutdown_on_exit=False)
        provider.add_span_processor(self._batches)
        return provider.get_tracer(SERVICE, self._version)


class Exporter(OTLPSpanExporter):
    """Sends spans; says once that it cannot and why, and once that it can again.

    OpenTelemetry's says it with every try of every batch.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fails = False
        self._words = logging.getLogger(OTLPSpanExporter.__module__)
        self._words.addFilter(self._is_news)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send `spans`; called by a thread that does nothing else."""
        result = super().export(spans)
        if self._fails and result is SpanExportResult.SUCCESS:
            self._fails = False
            _log.info("traces_are_sent_again")
        return result

    def shutdown(self) -> None:
        """Give up what is under way."""
        self._fails = True
        super().shutdown()  # type: ignore[no-untyped-call]  # it has no annotations
        self._words.removeFilter(self._is_news)

    def _is_news(self, record: logging.LogRecord) -> bool:
        if self._fails or record.levelno < logging.ERROR:
            return False
        self._fails = True
        return True


def _resource(version: str) -> Resource:
    """Say what sends: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win."""
    ours: dict[str, AttributeValue] = {
        "service.name": SERVICE,
        "service.version": version,
        "process.pid": os.getpid(),
    }
    given = Resource.create()
    named = {
        key: value
        for key, value in given.attributes.items()
        if not (key == "service.name" and str(value).startswith("unknown_service"))
    }
    return Resource(ours).merge(Resource(named, given.schema_url))


def _headers() -> dict[str, str]:
    names = ("traceparent", "tracestate")
    return {name: request.headers[name] for name in names if name in request.headers}


@lru_cache(maxsize=1024)
def _described(sql: str) -> tuple[str, dict[str, str]]:
    """Return a statement's name, as `SELECT product`, and its attributes."""
    text = _SPACES.sub(" ", sql).strip()
    operation = text.partition(" ")[0].upper().replace("WITH", "SELECT")
    if change := _CHANGE.search(text):
        operation, table = change[1].upper(), change[2]
    else:
        read = _TABLE.search(text)
        table = read[1] if read else ""
    summary = f"{operation} {table}".strip()
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.summary": summary,
        "db.query.text": text,
    }
    return summary, attributes


def _fail(span: Span, error: BaseException) -> None:
    if getattr(error, "status", _SERVER_ERROR) < _SERVER_ERROR:
        return  # An answer (app.core.web.errors), such as that there is no more of it.
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", _name(error))
    code = getattr(error.__cause__, "pgcode", None)
    if code:
        span.set_attribute("db.response.status_code", code)


def _name(error: BaseException) -> str:
    kind = type(error)
    return (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
