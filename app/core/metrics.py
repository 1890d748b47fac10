"""Prometheus metrics, right also where several worker processes serve.

With PROMETHEUS_MULTIPROC_DIR set before the start, to a directory that was emptied, the workers of
one server add up whichever of them is asked.
"""

import os
import time
from collections.abc import Callable

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.core.pool import PoolStats

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_LABELS = ("method", "route", "status")
# A client may send any word as a method: each would be a series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter("http_requests", "Answers given.", _LABELS)
DURATION = Histogram(
    "http_request_duration_seconds", "Time from request to answer.", _LABELS, buckets=_BUCKETS
)
REFUSED = Counter("http_refused", "Requests refused before they reached a view.", ("status",))
POOL = Gauge(
    "database_connections",
    "Connections of the pools, and requests that wait for one.",
    ("state",),
    multiprocess_mode="livesum",
)
# Looked up once: this runs after each request.
_POOL_GAUGES = [(state, POOL.labels(state)) for state in ("size", "idle", "in_use", "waiting")]


def init_metrics(app: Flask, pool: Callable[[], PoolStats] | None = None) -> None:
    """Count and time the answers of `app` by method, route and status.

    With `pool`, its gauges are written after each request, as only that reaches other processes.
    """

    def begin() -> None:
        g.metrics_started = time.perf_counter()

    def observe(response: Response) -> Response:
        method = request.method if request.method in _METHODS else "other"
        route = request.url_rule.rule if request.url_rule else "unmatched"
        labels = (method, route, str(response.status_code))
        REQUESTS.labels(*labels).inc()
        DURATION.labels(*labels).observe(time.perf_counter() - g.metrics_started)
        if pool is not None:
            _observe_pool(pool())
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(observe)


def _observe_pool(stats: PoolStats) -> None:
    for state, gauge in _POOL_GAUGES:
        gauge.set(getattr(stats, state))


def metrics_response() -> Response:
    """Return the metrics of all workers of this server in Prometheus' text format."""
    registry = REGISTRY
    if _DIRECTORY in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no annotations
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def forget_worker(pid: int) -> None:
    """Drop the gauges of a worker that ended; its counts stay. For Gunicorn's child_exit."""
    if _DIRECTORY in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # it has no annotations
