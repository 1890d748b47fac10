"""Gunicorn's worker for this application: `--worker-class app.core.worker.Worker`.

Gunicorn's master imports this module, and a worker started after SIGHUP inherits what its master has
imported. So the application is imported in functions, that SIGHUP brings new code too.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]  # it has no types
from gunicorn.errors import AppImportError  # type: ignore[import-untyped]  # nor here
from uvicorn_worker import UvicornWorker

from app.core.serving.protocol import HttpProtocol
from app.core.serving.server import LeavingServer

CLEANUP_SECONDS = 3
"""What a worker keeps of Gunicorn's graceful timeout for rolling back, and for closing the pool."""

HEARTBEAT_SECONDS = 1.0
"""How often a worker tells its master that it lives, and looks whether that one does."""


class Worker(UvicornWorker):
    """A Uvicorn worker with what Uvicorn's own does not pass on, or leaves to chance."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": HttpProtocol,
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
        # The worker has a heartbeat of its own: Uvicorn's falls silent while it shuts down.
        "callback_notify": None,
    }

    def load_wsgi(self) -> None:
        """Load the application; end Gunicorn, with one sentence, where its settings are wrong."""
        from app.core.settings.config import SettingsError  # noqa: PLC0415 - see the module's docstring

        try:
            super().load_wsgi()
        except SettingsError as error:
            # Of this one Gunicorn prints the text alone, and does not try again.
            raise AppImportError(str(error)) from error

    def init_signals(self) -> None:
        """Let a worker that is told to end before it serves do so at once; it has nothing to put in order.

        Not by an exception: whatever is being imported may swallow it, and Gunicorn asks once.
        """
        super().init_signals()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _vanish)

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        # Uvicorn would wait for ever, and Gunicorn then kill the worker in mid-request.
        patience = self.cfg.graceful_timeout - CLEANUP_SECONDS
        server = LeavingServer(self.config, patience, self._is_replaced)
        self._warn_of_short_time(server)
        # Uvicorn repeats the signal once it has shut down: the end of a program, with its exit hooks.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
        loop = asyncio.get_running_loop()
        # Gunicorn's quick shutdown; Uvicorn's server does not listen to it.
        loop.add_signal_handler(signal.SIGQUIT, server.handle_exit, signal.SIGQUIT, None)
        heartbeat = loop.create_task(self._beat(server))
        await server.serve(sockets=self.sockets)
        heartbeat.cancel()
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    async def _beat(self, server: LeavingServer) -> None:
        while True:
            self.notify()
            if os.getppid() != self.ppid and not server.should_exit:
                # It was killed. Nobody would end this worker any more, nor start another one.
                self.log.warning("The master is gone, so this worker (pid: %s) ends.", self.pid)
                server.should_exit = True
            await asyncio.sleep(HEARTBEAT_SECONDS)

    def _is_replaced(self) -> bool:
        """Say whether the master goes on without this worker: on SIGHUP, on TTOU, or if it was not the master who spoke.

        The signal is the same. But a master that ends closes its listening sockets before it sends it, and one
        that stays keeps them. False where that cannot be seen: without /proc, or if the master is another user's.
        """
        if os.getppid() != self.ppid:
            return False
        listening = {f"socket:[{os.fstat(each.fileno()).st_ino}]" for each in self.sockets}
        try:
            return any(_link(each) in listening for each in Path(f"/proc/{self.ppid}/fd").iterdir())
        except OSError:
            return False

    def _warn_of_short_time(self, server: LeavingServer) -> None:
        wanted = getattr(self.wsgi, "drain_seconds", 0)
        if server.drain_seconds < wanted:
            self.log.warning(
                "http.drain_seconds is cut from %g to %g, to fit into graceful_timeout.",
                wanted,
                server.drain_seconds,
            )


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:  # closed since the folder was listed
        return ""


def _vanish(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
