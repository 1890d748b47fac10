"""Real Gunicorns on loopback, for what only shows on a socket."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.environments import ROOT

OURS = "app.core.worker.Worker"
PLAIN = "uvicorn_worker.UvicornWorker"
START_SECONDS = 30
STOP_SECONDS = 30


@dataclass
class Server:
    """A Gunicorn master with its workers."""

    process: subprocess.Popen[bytes]
    port: int
    log_path: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_until_it_answers(self, path: str = "/") -> None:
        """Return when a worker has answered. The listening socket keeps the request until then."""
        try:
            httpx.get(self.url + path, timeout=START_SECONDS, trust_env=False)
        except httpx.HTTPError as error:
            raise AssertionError(f"The server did not start: {error!r}\n{self.log}") from error

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the master a signal and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return the master's exit code when it has ended."""
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"The server did not end.\n{self.log}") from None


@contextmanager
def gunicorn(
    app: str,
    log_path: Path,
    *,
    worker: str = OURS,
    options: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    ready: str | None = "/",
    stdout: int | None = None,
) -> Iterator[Server]:
    """Serve `app` ("module:name") until the block ends, with one worker unless `options` say more.

    Waits for an answer to GET `ready`, whatever its status; not at all if `ready` is None. What the
    server and the application write to stdout and stderr goes to `log_path`, unless `stdout` is
    another open file.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", app, "--worker-class", worker]
        command += ["--bind", f"fd://{listener.fileno()}", "--no-control-socket", *options]
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
            )
    # The server alone holds the socket now: if it dies, whoever waits for an answer hears of it.
    server = Server(process, port, log_path)
    try:
        if ready is not None:
            server.wait_until_it_answers(ready)
        yield server
        server.stop()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
