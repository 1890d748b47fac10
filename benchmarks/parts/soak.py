"""Does anything grow? Two workers under the mix for long, and every ten seconds a look at what they hold."""

import math
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.loads.ground import Ground, ground
from benchmarks.loads.plans import LOADS, plan
from benchmarks.measuring import wrk
from benchmarks.measuring.contestants import OURS, Running, environment, running
from benchmarks.measuring.figures import growth
from benchmarks.measuring.processes import MIB, tree
from benchmarks.measuring.results import Results
from benchmarks.measuring.targets import failures
from benchmarks.measuring.wrk import Outcome, Plan
from local.environments import ROOT
from local.postgres import DURABLE

WORKERS, CONNECTIONS = 2, 8
SAMPLE_SECONDS = 10.0
PART_SECONDS = 60.0
# Carts are used up, so wrk is given new requests for each part, made while it sends those of the part before.
FIRST_RATE, MARGIN = 1500, 1.3
CROWD, CROWD_SECONDS = 64, 3.0
"""Before the first sample so many connections fill both pools, so that a burst later on is no growth."""
# As in a shop, not as in the comparison: vacuum and checkpoints come when they come.
SETTINGS = {**DURABLE, "max_connections": "200"}
_CONNECTED = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'ogs_app'
"""

Say = Callable[[str], None]


def run(folder: Path, results: Results, say: Say, *, minutes: float = 20.0) -> list[str]:
    """Put a soak of so many minutes into the results; return a sentence for each thing that must not be."""
    with ground(settings=SETTINGS) as lent:
        with running([OURS], lent, folder, WORKERS) as up:
            soaking = Soaking(lent, up[OURS.key], folder, say)
            soaking.run(60 * minutes)
        said = {"minutes": minutes, "workers": WORKERS, "connections": CONNECTIONS}
        found = {**said, **soaking.found(), "verify": verify(lent, folder)}
    results.put(soak=found)
    return failures(found)


def verify(on: Ground, folder: Path) -> dict[str, Any]:
    """Return whether the shop's own `verify` finds it consistent, and the last that it said."""
    command = [sys.executable, "-m", "flask", "--app", "main", "verify"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(on, folder),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return {"clean": done.returncode == 0, "said": lines[-1] if lines else "nothing"}


@dataclass
class Soaking:
    """The mix against one server, and what was seen of it meanwhile."""

    on: Ground
    who: Running
    folder: Path
    say: Say
    samples: list[dict[str, Any]] = field(default_factory=list)
    parts: list[Outcome] = field(default_factory=list)
    workers: set[int] = field(default_factory=set)
    began: float = 0.0

    def run(self, seconds: float) -> None:
        """Load it for so long."""
        fill = plan(LOADS["product"], self.on, self.who.url, 1000)
        wrk.run(self.who.url, fill, self.folder / "requests.txt", CROWD, CROWD_SECONDS)
        self.began = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            following = pool.submit(self._plan, min(PART_SECONDS, seconds))
            while (left := seconds - (time.monotonic() - self.began)) > 1:
                this, length = following.result(), min(PART_SECONDS, left)
                loading = pool.submit(self._load, this, length)
                following = pool.submit(self._plan, PART_SECONDS)
                self._watch(loading)
                self._end_of(loading.result())

    def found(self) -> dict[str, Any]:
        """Return what came of it: the sums, the samples and by how much each figure grew."""
        requests = sum(part.requests for part in self.parts)
        names = [name for name in (self.samples[0] if self.samples else {}) if name != "seconds"]
        return {
            "requests": requests,
            "rps": requests / sum(part.seconds for part in self.parts),
            "errors": sum(part.errors for part in self.parts),
            # A worker that was replaced would begin anew, and hide what it had grown to.
            "replaced": len(self.workers) - WORKERS,
            "growth": {name: growth(self.samples, name) for name in names},
            "samples": self.samples,
        }

    def _plan(self, seconds: float) -> Plan:
        rate = self.parts[-1].rps if self.parts else FIRST_RATE
        number = math.ceil(MARGIN * rate * seconds)
        return plan(LOADS["mix"], self.on, self.who.url, number)

    def _load(self, wanted: Plan, seconds: float) -> Outcome:
        return wrk.run(self.who.url, wanted, self.folder / "requests.txt", CONNECTIONS, seconds)

    def _watch(self, loading: Future[Outcome]) -> None:
        """Take a sample every ten seconds of the soak, while there is load."""
        while not loading.done():
            due = self.began + SAMPLE_SECONDS * (len(self.samples) + 1)
            if time.monotonic() >= due:
                self.samples.append(self._sample())
            time.sleep(0.1)

    def _sample(self) -> dict[str, Any]:
        master, *below = tree(self.who.process.pid)
        workers = sorted(below, key=lambda process: process.pid)
        self.workers |= {process.pid for process in workers}
        sample: dict[str, Any] = {"seconds": round(time.monotonic() - self.began, 1)}
        sample["master_rss_mb"] = _rss(master)
        for number, worker in enumerate(workers, start=1):
            sample[f"worker_rss_mb_{number}"] = _rss(worker)
        sample["descriptors"] = sum(_descriptors(process) for process in (master, *workers))
        sample["connections"] = self.on.rows(_CONNECTED)[0][0]
        return sample

    def _end_of(self, part: Outcome) -> None:
        self.parts.append(part)
        self.who.forget_log()
        minutes = (time.monotonic() - self.began) / 60
        last = {name: f"{said:.0f}" for name, said in (self.samples or [{}])[-1].items()}
        self.say(f"{minutes:.1f} minutes: {part.rps:.0f} requests/s, {part.errors} errors, {last}")


def _rss(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return round(float(process.memory_info().rss) / MIB, 2)
    return 0.0


def _descriptors(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.num_fds())
    return 0
