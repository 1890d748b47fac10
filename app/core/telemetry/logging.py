"""Structured logs on standard output: one line an event, and one for each request.

Never logged: tokens, passwords, bodies, query strings and addresses. Nobody who logs waits for the
line to be written, or hears that it could not be.
"""

import atexit
import json
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

from app.core.settings.sections import LoggingSettings
from app.core.telemetry.lines import Lines
from app.core.telemetry.metrics import LOG_LINES_DROPPED
from app.core.wiring import present

REQUEST_ID = "X-Request-Id"

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SECRET = re.compile(r"passw|token|secret|authori[sz]ation|cookie|dsn|email", re.IGNORECASE)

_PROCESSORS: list[Any] = []

_FLUSH_SECONDS = 1.0

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


def _json_bytes(event: Any) -> bytes:
    """Return `event` as JSON, whatever is in it."""
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    except TypeError:  # half of a surrogate pair, a large number
        return json.dumps(event, default=str, skipkeys=True).encode()


def _json(event: Any, **_: Any) -> str:
    return _json_bytes(event).decode()


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


def _tell_of_dropped(lines: int) -> None:
    structlog.get_logger(__name__).warning("log_lines_dropped", lines=lines)


_out = Lines(1, LOG_LINES_DROPPED.inc, _tell_of_dropped)


@atexit.register
def _flush() -> None:
    _out.flush(_FLUSH_SECONDS)


def _put(line: bytes) -> None:
    """Have a line of the log written, if that is possible. Neither waits nor raises."""
    out = sys.stdout  # looked up each time, as it may be replaced
    if out is not None and out is sys.__stdout__:
        _out.write(line + b"\n")
        return
    try:
        out.write(line.decode() + "\n")
        out.flush()
    except Exception:  # noqa: BLE001 - whoever took the place of standard output, or closed it
        LOG_LINES_DROPPED.inc()


def _put_text(line: str) -> None:
    _put(line.encode(errors="backslashreplace"))


def _put_failed(name: str, error: Exception) -> None:
    """Say that a line could not be made. Only of what kind the error is: it may quote what is nobody's business."""
    _put(_json_bytes({"event": "log_line_failed", "logger": name, "error": type(error).__name__}))


class _Stdout:
    """Takes the finished lines of the logger `name`."""

    def __init__(self, name: str = "app") -> None:
        self.name = name

    def _write(self, line: str) -> None:
        _put_text(line)

    debug = info = warning = error = critical = _write


class _Logger(structlog.BoundLogger):
    """A logger that raises nothing, whatever it is given."""

    def _proxy_to_logger(self, *args: Any, **kwargs: Any) -> None:
        try:
            super()._proxy_to_logger(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a log never breaks what it tells of
            _put_failed(self._logger.name, error)


class _StdoutHandler(logging.Handler):
    """The same for Python's own logging."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record in one line."""
        try:
            _put_text(self.format(record))
        except Exception as error:  # noqa: BLE001 - as above
            _put_failed(record.name, error)


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
        wrapper_class=_Logger,
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
    try:
        _put(_json_bytes(event))
    except Exception as error:  # noqa: BLE001 - something that is bound to the request and has no text
        _put_failed("app.access", error)
