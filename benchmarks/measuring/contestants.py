"""Who is measured: this shop, its peers, and a server with nothing behind it. Each is started in the same way."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx

from benchmarks.loads.ground import CURRENCY, TIME_ZONE, Ground
from benchmarks.measuring.figures import TITLES
from local.environments import ROOT, VENVS, install

HOST = "127.0.0.1"
VENV = VENVS / "benchmarks"
LOCKS = (ROOT / "requirements.txt", ROOT / "benchmarks" / "requirements.txt")
POOL_SIZE = 10
START_SECONDS, STOP_SECONDS = 60, 40
WORKER = "benchmarks.peers.worker.Worker"


class ContestantFailed(Exception):  # noqa: N818 - said of a contestant
    """One did not start, or ended; its text says which, and where its log is."""


@dataclass(frozen=True)
class Contestant:
    """One who is measured. `app` and `worker` are Gunicorn's; None is what deploy/gunicorn.conf.py says."""

    key: str
    title: str
    app: str | None = None
    worker: str | None = None
    python: Path = VENV / "bin" / "python"

    def command(self, port: int, workers: int) -> list[str]:
        """Return the command that serves in the foreground, on that port of loopback."""
        command = [str(self.python), "-m", "gunicorn", "--config=deploy/gunicorn.conf.py"]
        command += [f"--bind={HOST}:{port}", f"--workers={workers}"]
        command += [f"--worker-class={self.worker}"] if self.worker else []
        return [*command, *([self.app] if self.app else [])]


OURS = Contestant("ours", TITLES["ours"], python=Path(sys.executable))
EMPTY = Contestant("empty", "an empty ASGI application", "benchmarks.peers.empty:app", WORKER)


def _peer(key: str, name: str, worker: str = WORKER) -> Contestant:
    return Contestant(key, TITLES[key], f"benchmarks.peers.{name}.main:app", worker)


# asgiref keeps its executor in a context, which no two requests may share.
_FRESH_CONTEXTS = "benchmarks.peers.wsgi_peewee.worker.Worker"
PEERS: Mapping[str, Contestant] = MappingProxyType(
    {
        "a": _peer("a", "wsgi_peewee", _FRESH_CONTEXTS),
        "b": _peer("b", "fastapi_sqlalchemy"),
        "c": _peer("c", "fastapi_asyncpg"),
        "d": _peer("d", "quart_peewee"),
    }
)


def prepare() -> str | None:
    """Install what the peers need, where it is not there; return one sentence why not, or None."""
    return install(VENV, sys.executable, LOCKS)


def environment(ground: Ground, metrics: Path) -> dict[str, str]:
    """Return the variables for any contestant: one database, one time zone, pools of one size."""
    # What a person has set for a shop of their own is not for this one.
    inherited = {name: said for name, said in os.environ.items() if not name.startswith("OGS_")}
    inherited.pop("WEB_CONCURRENCY", None)
    ours = {
        "OGS_ENV": "production",
        "OGS_SECRET": secrets.token_urlsafe(32),
        "OGS_DATABASE__URL": f"{ground.app_url}&sslmode=disable",
        "OGS_DATABASE__POOL_SIZE": str(POOL_SIZE),
        "OGS_SHOP__TIME_ZONE": TIME_ZONE,
        "OGS_SHOP__CURRENCY": CURRENCY,
        "OGS_HTTP__METRICS": "true",
        "OGS_HTTP__DOCS": "true",
        "OGS_SECURITY__ATTEMPTS_PER_ACCOUNT": "10000",
        "OGS_SECURITY__ATTEMPTS_PER_ACCOUNT_ANYWHERE": "100000",
        "OGS_SECURITY__ATTEMPTS_PER_ADDRESS": "100000",
        # One load is all guests in one, and the peers have no such bounds.
        "OGS_SECURITY__GUEST_CARTS_PER_ADDRESS": "0",
        "OGS_SECURITY__GUEST_CHECKOUTS_PER_ADDRESS": "0",
        "OGS_SHOP__GUEST_UNPAID_PURCHASES": "0",
        "OGS_SHOP__GUEST_UNPAID_SHARE": "1",
        "OGS_SHOP__GUEST_MINUTES_TO_PAY": "120",
    }
    theirs = {
        "BENCH_DATABASE_URL": ground.app_url,
        "BENCH_POOL_SIZE": str(POOL_SIZE),
        "BENCH_TIME_ZONE": TIME_ZONE,
        "BENCH_CURRENCY": CURRENCY,
    }
    return {**inherited, **ours, **theirs, "PROMETHEUS_MULTIPROC_DIR": str(metrics)}


@dataclass(frozen=True)
class Running:
    """A contestant that serves: `process` is its master."""

    contestant: Contestant
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    @property
    def key(self) -> str:
        """The contestant's key."""
        return self.contestant.key

    def wait(self) -> None:
        """Return when it answers. Raises ContestantFailed."""
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/livez", timeout=5, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise self.failed("did not start")

    def failed(self, what: str) -> ContestantFailed:
        """Return the error that says so, with the last that it wrote."""
        said = self.log.read_text(encoding="utf-8", errors="replace").strip()[-1500:]
        return ContestantFailed(f"{self.contestant.title} {what}; {self.log} ends with:\n{said}")

    def forget_log(self) -> None:
        """Empty its log: a run writes gigabytes."""
        os.truncate(self.log, 0)

    def stop(self) -> None:
        """End it, and its workers."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def start(contestant: Contestant, ground: Ground, folder: Path, workers: int = 1) -> Running:
    """Start a contestant, with its files in `folder`; does not wait until it answers."""
    own = folder / contestant.key
    shutil.rmtree(own, ignore_errors=True)
    metrics = own / "metrics"
    metrics.mkdir(parents=True)
    port = _free_port()
    with (own / "log").open("ab") as log:
        process = subprocess.Popen(
            contestant.command(port, workers),
            cwd=ROOT,
            env=environment(ground, metrics),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(contestant, process, f"http://{HOST}:{port}", own / "log")


@contextmanager
def running(
    contestants: Sequence[Contestant], ground: Ground, folder: Path, workers: int = 1
) -> Iterator[dict[str, Running]]:
    """Have them all up until the block ends, by their keys; each has answered. Raises ContestantFailed."""
    up: dict[str, Running] = {}
    try:
        for contestant in contestants:
            up[contestant.key] = start(contestant, ground, folder, workers)
        for one in up.values():
            one.wait()
        yield up
    finally:
        # All at once, as each takes its time.
        for one in up.values():
            one.process.terminate()
        for one in up.values():
            one.stop()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
