"""Prometheus metrics, right also where several worker processes serve.

With PROMETHEUS_MULTIPROC_DIR set before the start, to a directory that was emptied, the workers of
one server add up whichever of them is asked. Counters live in the modules that know when to count;
those of the core are here. Every label has few values: routes are templates, codes stand in the code.
"""

import asyncio
import os
import time
from contextlib import suppress
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
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.core.pool import LifoPool

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
# A client may send any word as a method: each would be a series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# What alerts look for is there from the start, with 0: a rate over a series whose first value is 1
# misses that one.
_REFUSALS = ("400", "413", "500", "503")
_FAILURES = (
    *("ConnectionLost", "DatabaseAway", "LockTimeout", "OutcomeUnknown", "PoolTimeout"),
    *("SchemaOutdated", "StatementTimeout", "TransactionConflict"),
)
_CODES = ("internal_error", "schema_outdated", "too_many_requests", "unavailable")
_STATES = ("limit", "size", "idle", "in_use", "waiting")

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
PROBLEMS = Counter("problems", "Answers that were a problem, by its code.", ("code",))
REPLAYS = Counter("idempotent_replays", "Requests answered with the answer of their first time.")
DATABASE_FAILURES = Counter(
    "database_failures", "Answers of 503 for what the database did, by error.", ("error",)
)
POOL = Gauge(
    "database_connections",
    "Connections of the pools (in_use and idle are parts of size, which is at most limit), and"
    " requests that wait for one.",
    ("state",),
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
# Looked up once, as are the histograms below: a write takes half as long then.
_POOL_GAUGES = [(state, POOL.labels(state)) for state in _STATES]
_durations: dict[tuple[str, str, str], Histogram] = {}


def init_metrics(app: Flask, pool: LifoPool | None = None) -> None:
    """Count and time the answers of `app` by method, route and status, and watch its pool."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_observe)
    app.teardown_request(_end)
    if pool is not None:
        pool.on_use = PoolWatch().wake


def _begin() -> None:
    g.metrics_started = time.perf_counter()
    IN_PROGRESS.inc()


def _observe(response: Response) -> Response:
    method = request.method if request.method in _METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "unmatched"
    labels = (method, route, str(response.status_code))
    duration = _durations.get(labels)
    if duration is None:
        duration = _durations[labels] = DURATION.labels(*labels)
    duration.observe(time.perf_counter() - g.metrics_started)
    return response


def _end(_error: BaseException | None) -> None:
    if g.pop("metrics_started", None) is not None:
        IN_PROGRESS.dec()


class PoolWatch:
    """Writes the pool's numbers once a second while it is at work, and once after.

    Only what is written reaches other processes. To write on each request would cost as much as all
    other metrics together, and would tell nothing of the moment when every request waits.
    """

    SECONDS = 1.0

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_awake = False

    def wake(self, pool: LifoPool) -> None:
        """Begin to write, unless that is under way. Runs on the pool's loop."""
        loop = asyncio.get_running_loop()
        # In a forked child, the one that was woken is the parent's.
        if not self._is_awake or self._loop is not loop:
            self._loop, self._is_awake = loop, True
            self._go_on(pool, loop)

    def _go_on(self, pool: LifoPool, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(self.SECONDS, self._write, pool, loop, loop.time() + self.SECONDS)

    def _write(self, pool: LifoPool, loop: asyncio.AbstractEventLoop, due: float) -> None:
        stats = pool.stats()
        for state, gauge in _POOL_GAUGES:
            gauge.set(getattr(stats, state))
        WORKERS.set(1)
        LOOP_DELAY.set(max(0.0, loop.time() - due))
        if stats.in_use or stats.waiting:
            self._go_on(pool, loop)
        else:
            self._is_awake = False


def metrics_response() -> Response:
    """Return the metrics of all workers of this server in Prometheus' text format."""
    registry = REGISTRY
    if _DIRECTORY in os.environ:
        _forget_the_dead(Path(os.environ[_DIRECTORY]))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no annotations
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def forget_worker(pid: int) -> None:
    """Drop the gauges of a worker that ended; its counts stay. For Gunicorn's child_exit."""
    if _DIRECTORY in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]  # it has no annotations


def _forget_the_dead(directory: Path) -> None:
    """Drop the gauges of workers that ended where nobody called forget_worker(): under uWSGI, or killed."""
    for file in directory.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _lives(pid):
            with suppress(FileNotFoundError):  # another scrape was faster
                forget_worker(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # and somebody else's
    return True
