"""A small OpenTelemetry collector: takes spans by OTLP over HTTP, and keeps them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

DEADLINE = 30


@dataclass(frozen=True)
class Span:
    """A span as it arrived: ids in hex, kinds and statuses as OTLP's numbers."""

    trace: str
    id: str
    parent: str
    name: str
    kind: int
    failed: bool
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    resource: dict[str, Any]


@dataclass
class Collector:
    """What has arrived so far: `spans`, and `raw`, every byte of it."""

    url: str
    spans: list[Span] = field(default_factory=list)
    raw: bytes = b""
    _news: threading.Condition = field(default_factory=threading.Condition)

    def take(self, body: bytes) -> None:
        """Keep what an exporter sent."""
        sent = ExportTraceServiceRequest.FromString(body)
        with self._news:
            self.raw += body
            for group in sent.resource_spans:
                resource = values(group.resource.attributes)
                for scope in group.scope_spans:
                    self.spans += [read(span, resource) for span in scope.spans]
            self._news.notify_all()

    def until(self, enough: Callable[[list[Span]], bool]) -> list[Span]:
        """Return the spans when there are enough of them."""
        with self._news:
            assert self._news.wait_for(lambda: enough(self.spans), DEADLINE), self.spans
            return list(self.spans)


def values(attributes: Any) -> dict[str, Any]:
    """Return OTLP's attributes as a dict."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def read(span: Any, resource: dict[str, Any]) -> Span:
    """Return a span of OTLP's as one of ours."""
    return Span(
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        kind=span.kind,
        failed=span.status.code == 2,
        attributes=values(span.attributes),
        events=[(event.name, values(event.attributes)) for event in span.events],
        resource=resource,
    )


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector on a loopback port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
