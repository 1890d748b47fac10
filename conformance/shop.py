"""A shop on a way to serve it: a PostgreSQL of its own with the demo's goods, and the server's processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import httpx
import psutil

from conformance.ground import Ground
from local.environments import ROOT
from local.postgres import Postgres
from tests.support.database import Database

WORKERS = 2
"""Processes that a server is asked for by WEB_CONCURRENCY."""
GATEWAY = "127.0.3.30"
"""The one address whose X-Forwarded-* the shop is told to believe (http.gateways); the suite asks from others."""
START_SECONDS = 40
STOP_SECONDS = 20


class Process(Protocol):
    """What a way to serve the shop is once it runs; a subprocess.Popen is one.

    One whose other processes are not children of `pid` has `pids`, a list, besides.
    """

    @property
    def pid(self) -> int:
        """The first process, whose children are the others'."""

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""

    def terminate(self) -> None:
        """Ask it to end in order, as an operator or a platform would."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status. Raises subprocess.TimeoutExpired."""


class Way(Protocol):
    """A way to serve the shop: a row of the table."""

    @property
    def name(self) -> str:
        """What to call it on the command line."""

    @property
    def title(self) -> str:
        """What it is called in the table."""

    @property
    def concurrent(self) -> bool:
        """Whether one process serves several requests at once."""

    @property
    def keeps_alive(self) -> bool:
        """Whether a connection is there for more than one request."""

    @property
    def pipelines(self) -> bool:
        """Whether a request may come before the answer to the one before it."""

    def prepare(self) -> str | None:
        """Install what is missing; return in one sentence why it cannot run here, or None."""

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> Process:
        """Serve the shop on 127.0.0.1:`port`, with its log in `folder`/log."""


class ServerGone(AssertionError):  # noqa: N818 - a finding, as every AssertionError here
    """The server did not start, or ended by itself."""


class Shop:
    """What a check is given: where the shop is, its database, its processes and its log.

    `env` are the variables that a server is started with; `memory` is for what one check leaves to later ones.
    """

    def __init__(self, way: Way, ground: Ground, folder: Path, port: int) -> None:
        self.way = way
        self.ground = ground
        self.folder = folder
        self.port = port
        ours = {
            "WEB_CONCURRENCY": str(WORKERS),
            "PORT": str(port),
            "OGS_HTTP__GATEWAYS": json.dumps([GATEWAY]),
        }
        self.env = {**os.environ, **ground.env, **ours}
        self.memory: dict[str, Any] = {}
        self._process: Process | None = None
        self._known: dict[int, psutil.Process] = {}

    # -- where things are ----------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The shop's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Database:
        """The shop's database, for tests.builders: `value(shop.database, "SELECT …")`."""
        return self.ground.database

    @property
    def postgres(self) -> Postgres:
        """The PostgreSQL that the shop's database is on: to be stopped and started again."""
        return self.ground.postgres

    @property
    def runs(self) -> bool:
        """Whether the server was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def process(self) -> Process:
        """What way.start() gave. Raises ServerGone if it is not there any more."""
        if self._process is None or self._process.poll() is not None:
            last = self.log.strip().rpartition("\n")[2][-200:]
            raise ServerGone(f"it ended, and said last: {last}\n{self.log[-2000:]}")
        return self._process

    @property
    def log(self) -> str:
        """What the server has said since its last start."""
        with suppress(FileNotFoundError):
            return (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return ""

    def processes(self) -> list[psutil.Process]:
        """Return every process of the server that is alive now."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    # -- its life ------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the server and return when the shop is ready. Raises ServerGone."""
        with suppress(FileNotFoundError):
            (self.folder / "log").rename(self.folder / f"log-{time.monotonic_ns()}")
        self._process = self.way.start(self.port, self.folder, self.env)
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
            while time.monotonic() < deadline:
                alive = self.process  # raises where it has ended
                with suppress(httpx.HTTPError):
                    if (await client.get("/readyz")).status_code == httpx.codes.OK:
                        self._remember()
                        return
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(alive.wait, 0.1)
        raise ServerGone(f"it was not ready in {START_SECONDS} s.\n{self.log[-2000:]}")

    async def stop(self) -> int:
        """Ask the server to end, and return its exit status. Raises AssertionError if it does not."""
        self._remember()
        process = self.process
        process.terminate()
        try:
            return await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It did not end in {STOP_SECONDS} s.") from None

    async def restart(self) -> None:
        """Have a running, ready server, whatever a check has done to the last one."""
        self.kill()
        await self.start()

    def left_over(self) -> list[str]:
        """Return what still runs of all that the server started, a moment after its end, by name and number."""
        self._remember()
        # Python's resource tracker, for one, ends when it sees that its process has.
        psutil.wait_procs(list(self._known.values()), timeout=2)
        return [f"{p.name()} {p.pid}" for p in self._known.values() if _runs(p)]

    def kill(self) -> None:
        """End all that the server started: politely the first process, the others by force."""
        if self._process is not None and self._process.poll() is None:
            self._remember()
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS / 2)
        self._remember()
        for process in self._known.values():
            with suppress(psutil.Error):
                if _runs(process):
                    process.send_signal(signal.SIGKILL)
        psutil.wait_procs(list(self._known.values()), timeout=5)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        self._process, self._known = None, {}

    def _remember(self) -> None:
        """Note every process, since the children of a dead one cannot be found any more."""
        if self._process is not None and self._process.poll() is None:
            self._known |= {process.pid: process for process in self.processes()}

    # -- its books -----------------------------------------------------------------------------

    async def verify(self) -> None:
        """Prove that stock and money add up. Raises AssertionError with the rows that do not."""
        done = await asyncio.to_thread(flask, "verify", env=self.env)
        assert done.returncode == 0, f"flask verify: {done.stdout}{done.stderr}"


def _runs(process: psutil.Process) -> bool:
    # psutil knows a number that was given to another program meanwhile.
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def flask(command: str, *, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `flask --app main command` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "main", command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
