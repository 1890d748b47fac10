"""A toy that says much, in each way that one can, and how much of it was dropped."""

import logging

import structlog
from flask import Flask

from app.core.serving.asgi import WsgiToAsgi
from app.core.settings import LoggingSettings
from app.core.telemetry.logging import init_logging
from app.core.telemetry.metrics import LOG_LINES_DROPPED

app = Flask(__name__)
init_logging(app, LoggingSettings())
_log = structlog.get_logger(__name__)


@app.get("/")
def ready() -> str:
    """Say so."""
    return "ready"


@app.get("/say")
def say() -> str:
    """Log more than the access line."""
    _log.warning("something", much="x" * 2000)
    logging.getLogger(__name__).error("something else")
    return "said"


@app.get("/dropped")
def dropped() -> str:
    """Return how many lines were not written."""
    (family,) = LOG_LINES_DROPPED.collect()
    return str(round(family.samples[0].value))


asgi_app = WsgiToAsgi(app)
