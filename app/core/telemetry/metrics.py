"""Prometheus metrics, right also where several worker processes serve.

With PROMETHEUS_MULTIPROC_DIR set to a directory of its own, the workers of one server add up
whichever of them is asked (core/telemetry/numbers.py). Counters live in the modules that know when to count;
those of the core are here. Every label has few values: routes are templates, codes stand in the code.
"""

import os
import time
from pathlib import Path

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

from app.core.telemetry.numbers import SharedCollector, shared
from app.core.traffic import METHODS
from app.core.wiring import present

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# What alerts look for is there from the start, with 0: a rate over a series whose first value is 1
# misses that one.
_REFUSALS = ("400", "408", "413", "500", "503")
_FAILURES = (
    *("ConnectionLost", "DatabaseAway", "LockTimeout", "NoTurn", "OutcomeUnknown", "PoolTimeout"),
    *("SchemaOutdated", "StatementTimeout", "TransactionConflict"),
)
_CODES = ("internal_error", "schema_outdated", "too_many_requests", "unavailable")

DURATION = Histogram(
    "http_request_duration_seconds",
    "Time from a request to the first byte of its answer.",
    ("method", "route", "status"),
    buckets=_BUCKETS,
)
IN_PROGRESS = Gauge(
    "http_requests_in_progress",
    "Requests that have no answer yet.",
    multiprocess_mode="livesum",
)
REFUSED = Counter("http_refused", "Requests refused before they reached a view.", ("status",))
BODIES = Gauge(
    "http_body_bytes",
    "Bytes of request bodies that have not come whole, and how many may be held.",
    ("state",),
    multiprocess_mode="livesum",
)
PROBLEMS = Counter("problems", "Answers that were a problem, by its code.", ("code",))
REPLAYS = Counter("idempotent_replays", "Requests answered with the answer of their first time.")
DATABASE_FAILURES = Counter(
    "database_failures", "Answers of 503 for what the database did, by error.", ("error",)
)
LOG_LINES_DROPPED = Counter(
    "log_lines_dropped", "Lines of the log that standard output did not take, or not fast enough."
)
POOL = Gauge(
    "database_connections",
    "Connections of the pools (in_use and idle are parts of size, which is at most limit), and"
    " requests that wait for one.",
    ("state",),
    multiprocess_mode="livesum",
)
UNPLACED = Gauge(
    "metrics_without_room",
    "Numbers of metrics that are not in these, as there was no room for them.",
    multiprocess_mode="livesum",
)
WORKERS = Gauge(
    "http_workers", "Processes that have asked their database.", multiprocess_mode="livesum"
)
LOOP_DELAY = Gauge(
    "event_loop_delay_seconds",
    "How late the event loop of the slowest worker came to what was due.",
    multiprocess_mode="livemax",
)

for _status in _REFUSALS:
    REFUSED.labels(_status)
for _code in _CODES:
    PROBLEMS.labels(_code)
for _error in _FAILURES:
    DATABASE_FAILURES.labels(_error)
shared.unplaced = UNPLACED.set
# Looked up once, as a write takes half as long then.
_durations: dict[tuple[str, str, str], Histogram] = {}


def init_metrics(app: Flask, *, served: bool) -> None:
    """Count and time the answers of `app` by method, route and status; for other processes too if they are `served`."""
    if served and (directory := os.environ.get(_DIRECTORY)):
        shared.share(Path(directory))
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_observe)
    app.teardown_request(_end)


def _begin() -> None:
    present(g).metrics_started = time.perf_counter()
    IN_PROGRESS.inc()


def _observe(response: Response) -> Response:
    asked = present(request)
    method = asked.method if asked.method in METHODS else "other"
    route = asked.url_rule.rule if asked.url_rule else "unmatched"
    labels = (method, route, str(response.status_code))
    duration = _durations.get(labels)
    if duration is None:
        duration = _durations[labels] = DURATION.labels(*labels)
    duration.observe(time.perf_counter() - present(g).metrics_started)
    return response


def _end(_error: BaseException | None) -> None:
    if present(g).pop("metrics_started", None) is not None:
        IN_PROGRESS.dec()


def metrics_response() -> Response:
    """Return the metrics of all workers of this server in Prometheus' text format.

    Takes its time where many workers have many series: not to be called on an event loop.
    """
    registry = REGISTRY
    if shared.directory is not None:
        registry = CollectorRegistry()
        registry.register(SharedCollector(shared.directory))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
