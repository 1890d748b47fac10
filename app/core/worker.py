"""Gunicorn's worker for this application: `--worker-class app.core.worker.Worker`."""

import asyncio
import signal
import sys
from types import FrameType
from typing import Any, ClassVar

from gunicorn.errors import AppImportError  # type: ignore[import-untyped]  # it has no types
from uvicorn_worker import UvicornWorker

from app.core.config import SettingsError

CLEANUP_SECONDS = 3
"""What a worker keeps of Gunicorn's graceful timeout for rolling back, and for closing the pool."""


class Worker(UvicornWorker):
    """A Uvicorn worker with what Uvicorn's own does not pass on, or leaves to chance."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": "httptools",
        "interface": "asgi3",
        "ws": "none",
        # A start that fails must stop Gunicorn, not be taken for a missing feature.
        "lifespan": "on",
        # Else the context of one request is the beginning of the next one's on the same socket.
        "reset_contextvars": True,
        # X-Forwarded-* is believed by a setting of the application, the same under every server.
        "proxy_headers": False,
        # The application writes its own access log, with the request's id.
        "access_log": False,
        "server_header": False,
        # Admission is WsgiToAsgi's: Uvicorn's answers text/plain, and health checks too.
        "limit_concurrency": None,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Uvicorn would wait for ever, and Gunicorn then kill the worker in mid-request.
        patience = self.cfg.graceful_timeout - CLEANUP_SECONDS
        self.config.timeout_graceful_shutdown = max(patience, 1)

    def load_wsgi(self) -> None:
        """Load the application; end Gunicorn, with one sentence, where its settings are wrong."""
        try:
            super().load_wsgi()
        except SettingsError as error:
            # Of this one Gunicorn prints the text alone, and does not try again.
            raise AppImportError(str(error)) from error

    def init_signals(self) -> None:
        """Let a worker that was told to end do so as a program does, with its exit hooks.

        Uvicorn repeats the signal once it has shut down, and its default action would kill.
        """
        super().init_signals()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)

    def _install_sigquit_handler(self) -> None:
        # Gunicorn's quick shutdown sends SIGQUIT, which Uvicorn's server does not listen to.
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGQUIT, signal.raise_signal, signal.SIGTERM)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
