"""Runs wrk: one thread, keep-alive, the requests of a file, and what came of them."""

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.environments import install_packages

SCRIPT = Path(__file__).with_name("lua") / "requests.lua"
PATIENCE_SECONDS = 30
"""How much longer than its slot wrk may take before it is ended."""


class WrkMissing(Exception):  # noqa: N818 - it is missing
    """There is no wrk; its text is one sentence that names the package."""


class WrkFailed(Exception):  # noqa: N818 - as above
    """Wrk ended otherwise than with its figures."""


@dataclass(frozen=True)
class Request:
    """One request: what is sent, with a bearer's token and a JSON text where it has them."""

    method: str
    path: str
    token: str = ""
    body: str = ""


@dataclass(frozen=True)
class Plan:
    """The requests of a slot, in order. `once` are those that cannot be sent again; others begin anew, from `first`."""

    requests: Sequence[Request]
    once: bool = False
    first: int = 0

    def write(self, path: Path) -> None:
        """Write them as requests.lua reads them."""
        lines = (f"{r.method}\t{r.path}\t{r.token}\t{r.body}" for r in self.requests)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@dataclass(frozen=True)
class Outcome:
    """What came of a slot: times in milliseconds; `errors` are answers that were no success, and sockets that broke."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    errors: int
    detail: str

    @property
    def rps(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds if self.seconds else 0.0


def check_wrk() -> None:
    """Install wrk where that is possible. Raises WrkMissing where it is not."""
    if shutil.which("wrk") is None and (trouble := install_packages(("wrk",))):
        raise WrkMissing(f"wrk makes the load and is not here. {trouble}")


def version() -> str:
    """Return wrk's version."""
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    return said.split()[1] if said.split()[1:] else "unknown"


def run(url: str, plan: Plan, path: Path, connections: int, seconds: float) -> Outcome:
    """Send that plan, written to `path`, to the server at `url` for so long.

    Raises WrkFailed if wrk does not end with its figures.
    """
    plan.write(path)
    # Its own limit, in whole seconds, is for a server that answers nothing any more: requests.lua ends it before.
    limit = math.ceil(seconds) + 2
    command = ["wrk", "-t1", f"-c{connections}", f"-d{limit}s", "--timeout=10s"]
    first, once = plan.first % len(plan.requests), int(plan.once)
    command += [f"--script={SCRIPT}", url, "--", str(path), str(first), str(once)]
    command.append(str(round(seconds * 1000)))
    return _run(command, seconds + PATIENCE_SECONDS)


def _run(command: Sequence[str], patience: float) -> Outcome:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        raise WrkFailed(f"wrk did not end within {patience:.0f} s") from None
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise WrkFailed(f"wrk ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    return _outcome(json.loads(lines[-1]))


def _outcome(said: dict[str, int]) -> Outcome:
    kinds = ("status", "connect", "read", "write", "timeout")
    found = {kind: said[kind] for kind in kinds if said[kind]}
    return Outcome(
        requests=said["requests"],
        seconds=said["microseconds"] / 1e6,
        p50_ms=said["p50"] / 1e3,
        p99_ms=said["p99"] / 1e3,
        max_ms=said["longest"] / 1e3,
        errors=sum(found.values()),
        detail=", ".join(f"{number} {kind}" for kind, number in found.items()),
    )
