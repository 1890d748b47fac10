"""Structured logs on standard output: one line an event, and one for each request.

Never logged: tokens, passwords, bodies, query strings and addresses.
"""

import logging.config
import os
import re
import sys
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, has_app_context, request

from app.core.sections import LoggingSettings
from app.core.wiring import present

REQUEST_ID = "X-Request-Id"

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SECRET = re.compile(r"passw|token|secret|authori[sz]ation|cookie|dsn|email", re.IGNORECASE)

_PROCESSORS: list[Any] = []

_log = structlog.get_logger("app.access")


def request_id(header: str | None) -> str:
    """Return the id that a client, or a gateway, gave its request, if it is sane; a new one else."""
    if header is not None and _SANE_ID.fullmatch(header):
        return header
    return os.urandom(16).hex()


def _add_request_id(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Say which request an event belongs to."""
    if has_app_context() and "request_id" in g:
        event.setdefault("request_id", g.request_id)
    return event


def hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank the values whose names say that they are nobody's business."""
    for name in event:
        if _SECRET.search(name):
            event[name] = "[hidden]"
    return event


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _steps(settings: LoggingSettings) -> tuple[list[Any], list[Any]]:
    """Return what happens to every event, and what then makes a line of it."""
    shared = [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    if settings.format == "console":
        return shared, [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    # Tracebacks as text, which has no variables in it and so no secrets.
    render = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
    return shared, render


class _Stdout:
    """Writes lines of the logger `name`; sys.stdout is looked up each time, as it may be replaced."""

    def __init__(self, name: str = "app") -> None:
        self.name = name

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = _write


class _StdoutHandler(logging.Handler):
    """The same for Python's own logging."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record in one line."""
        try:
            sys.stdout.write(self.format(record) + "\n")
            sys.stdout.flush()
        except Exception:  # noqa: BLE001 - as all handlers: a log never breaks what it tells of
            self.handleError(record)


def logging_config(settings: LoggingSettings) -> dict[str, Any]:
    """Return the configuration of Python's logging, for logging.config and Gunicorn's logconfig_dict.

    Gunicorn's and Uvicorn's own words come out in the same form as the application's; their
    access lines do not, as the application writes better ones.
    """
    shared, render = _steps(settings)
    through: dict[str, Any] = {"handlers": [], "level": settings.level, "propagate": True}
    # Of each worker's start and end Gunicorn's master tells already.
    least = settings.level if settings.level == "ERROR" else "WARNING"
    quiet: dict[str, Any] = {**through, "level": least}
    silent = {"handlers": [], "level": "CRITICAL", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    structlog.stdlib.PositionalArgumentsFormatter(),
                    *shared,
                ],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
            }
        },
        "handlers": {
            "stdout": {"()": _StdoutHandler, "formatter": "structured"},
        },
        "root": {"handlers": ["stdout"], "level": settings.level},
        "loggers": {
            "gunicorn.error": quiet,
            "uvicorn": quiet,
            "uvicorn.error": quiet,
            "asyncio": through,
            # It says each statement; `migrate` says what was applied.
            "yoyo.migrations": {"level": "WARNING"},
            # It says so for each span that a collector which is away does not take; the exporter says it once.
            "opentelemetry.sdk._shared_internal": {"level": "ERROR"},
            "gunicorn.access": silent,
            "uvicorn.access": silent,
        },
    }


def _at_least(level: str) -> Any:
    """Return the processor that drops what is less important than `level`."""
    numbers = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}
    least = numbers[level.lower()]

    def drop(_logger: object, method: str, event: MutableMapping[str, Any]) -> Any:
        if numbers[method] < least:
            raise structlog.DropEvent
        return event

    return drop


def configure_logging(settings: LoggingSettings) -> None:
    """Make this process log as `settings` say, its servers' and libraries' lines included.

    The application's own events do not go through Python's logging, which takes three times as
    long.
    """
    logging.config.dictConfig(logging_config(settings))
    shared, render = _steps(settings)
    # In place, for the sake of loggers that have been used: they hold on to the list. For the same
    # reason it is a processor that knows the level.
    _PROCESSORS[:] = [_at_least(settings.level), *shared, *render]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.BoundLogger,
        logger_factory=_Stdout,
        cache_logger_on_first_use=True,
    )


def init_logging(app: Flask, settings: LoggingSettings) -> None:
    """Configure logging, give each request of `app` its id, and log each answer in one line."""
    configure_logging(settings)
    in_json = settings.format == "json" and settings.level in {"DEBUG", "INFO"}
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(partial(_end, _write_json if in_json else _write))


def _begin() -> None:
    here = present(g)
    here.request_started = time.perf_counter()
    here.request_id = request_id(present(request).environ.get("HTTP_X_REQUEST_ID"))


def _end(write: Callable[[dict[str, Any]], None], response: Response) -> Response:
    asked, here = present(request), present(g)
    response.headers[REQUEST_ID] = here.request_id
    line = {
        "method": asked.method,
        "route": asked.url_rule.rule if asked.url_rule else None,
        "status": response.status_code,
        "duration_ms": round((time.perf_counter() - here.request_started) * 1000, 2),
    }
    if principal := here.get("principal"):
        line["principal"] = principal.key
    write(line)
    return response


def _write(line: dict[str, Any]) -> None:
    _log.info("request", **line)


def _write_json(line: dict[str, Any]) -> None:
    """Write what _write() would, in a fifth of its time: all names are known, and none of them is a secret's."""
    event = {
        **line,
        "event": "request",
        "request_id": g.request_id,
        **structlog.contextvars.get_contextvars(),
        "logger": "app.access",
        "level": "info",
        "timestamp": datetime.now(UTC),
    }
    sys.stdout.write(orjson.dumps(event, option=orjson.OPT_UTC_Z).decode() + "\n")
    sys.stdout.flush()
