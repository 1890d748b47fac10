"""What every peer does as ours does: settings, request ids, access log, metrics, security headers.

A peer calls `configure_logging()` once, and wraps its ASGI application in `Observed`, or adds that as
a middleware. Where the server's scope does not know the route, the peer says so:
`observation().route = "/api/v1/products/<code>"`; and so with `principal`.
"""

import os
import re
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SECRET = re.compile(r"passw|token|secret|authori[sz]ation|cookie|dsn|email", re.IGNORECASE)
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

# Not the common registry: a peer that imports some of the shop's SQL has the shop's own metrics in there.
REGISTRY = CollectorRegistry()

DURATION = Histogram(
    "http_request_duration_seconds",
    "Time from a request to the first byte of its answer.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REGISTRY,
)
IN_PROGRESS = Gauge(
    "http_requests_in_progress",
    "Requests that have no answer yet.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
PROBLEMS = Counter(
    "problems", "Answers that were a problem, by its code.", ("code",), registry=REGISTRY
)

# Looked up once, as a write takes half as long then.
_durations: dict[tuple[str, str, str], Histogram] = {}

_log = structlog.get_logger("peer.access")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a peer is told by its environment, and the rules of the shop that are settings of ours."""

    database_url: str
    time_zone: str
    currency: str
    pool_size: int
    secret: bytes
    same_sql: bool
    """Whether (c) lists products with the shop's own SQL instead of its own."""
    acquire_timeout: float = 2.0
    minutes_to_pay: int = 120
    cart_days: int = 7
    max_cart_lines: int = 100
    max_quantity: Decimal = Decimal("999.000")
    session_hours: int = 12
    customer_session_days: int = 30
    attempts_per_account: int = 10_000
    attempts_per_address: int = 100_000
    attempts_window_minutes: int = 15

    @property
    def session(self) -> dict[str, str]:
        """PostgreSQL's parameters for each session; values have no blanks that need escaping."""
        return {
            "TimeZone": self.time_zone,
            "statement_timeout": "5000ms",
            "lock_timeout": "3000ms",
            "idle_in_transaction_session_timeout": "10000ms",
            "client_connection_check_interval": "250ms",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
            "random_page_cost": "1.1",
        }


def settings_from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of BENCH_DATABASE_URL and its like. Raises KeyError without that one."""
    return Settings(
        database_url=environment["BENCH_DATABASE_URL"],
        time_zone=environment.get("BENCH_TIME_ZONE", "UTC"),
        currency=environment.get("BENCH_CURRENCY", "EUR"),
        pool_size=int(environment.get("BENCH_POOL_SIZE", "10")),
        # The workers of one peer have to agree; nobody else has to.
        secret=environment.get("BENCH_SECRET", "the peers sign their cursors with this").encode(),
        same_sql=bool(environment.get("BENCH_SAME_SQL")),
    )


@dataclass(slots=True)
class Observation:
    """What is known of the request under way; `route` is a template, `principal` who asks."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    route: str | None = None
    principal: str | None = None
    status: int | None = None


_current: ContextVar[Observation] = ContextVar("observation")


def observation() -> Observation:
    """Return the request's own, also in a thread that has its context. LookupError without one."""
    return _current.get()


def _hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name in event:
        if _SECRET.search(name):
            event[name] = "[hidden]"
    return event


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Stdout:
    """Writes lines of the logger `name`, each at once."""

    def __init__(self, name: str = "peer") -> None:
        self.name = name

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = _write


def configure_logging() -> None:
    """Make this process log events as lines of JSON on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_json),
        ],
        wrapper_class=structlog.BoundLogger,
        logger_factory=_Stdout,
        cache_logger_on_first_use=True,
    )


class Observed:
    """The ASGI middleware: an id for each request, headers, a line of log and a measured time."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = Observation(_request_id(scope))
        _current.set(seen)
        structlog.contextvars.bind_contextvars(request_id=seen.request_id)

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                names = {name.lower() for name, _ in headers}
                headers += [line for line in _HEADERS if line[0] not in names]
                headers.append((b"x-request-id", seen.request_id.encode()))
                message["headers"] = headers
                _note(scope, seen, message["status"])
            await send(message)

        IN_PROGRESS.inc()
        try:
            await self._app(scope, receive, observed)
        finally:
            IN_PROGRESS.dec()
            if seen.status is None:
                _note(scope, seen, 500)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given: str = value.decode("latin-1")
            if _SANE_ID.fullmatch(given):
                return given
            break
    return secrets.token_hex(16)


def _note(scope: Scope, seen: Observation, status: int) -> None:
    """Measure and log the request, whose answer begins now."""
    seen.status = status
    elapsed = time.perf_counter() - seen.started
    # Starlette leaves the route that it found in the scope.
    route = seen.route or getattr(scope.get("route"), "path", None)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    labels = (method, route or "unmatched", str(status))
    duration = _durations.get(labels)
    if duration is None:
        duration = _durations[labels] = DURATION.labels(*labels)
    duration.observe(elapsed)
    _log.info(
        "request",
        method=scope["method"],
        route=route,
        status=status,
        duration_ms=round(elapsed * 1000, 2),
        **({"principal": seen.principal} if seen.principal else {}),
    )
