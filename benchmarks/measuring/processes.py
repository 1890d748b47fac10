"""What processes cost: CPU seconds and resident memory of a server and of PostgreSQL."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

MIB = 1024 * 1024
MOMENT = 0.08
IDLE = 0.2
"""Of one core. Times are counted in hundredths of a second, so one of those is nothing yet."""


def tree(process: int) -> list[psutil.Process]:
    """Return a process and all below it; those that are gone are left out."""
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(process)
        return [first, *first.children(recursive=True)]
    return []


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return the user and system seconds of these processes, and of those children of theirs that have ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def rss_mb(process: int) -> float:
    """Return the resident memory in MiB of the largest worker below that master, or of itself where it has none."""
    every = tree(process)
    sizes = []
    for one in every[1:] or every:
        with suppress(psutil.NoSuchProcess):
            sizes.append(one.memory_info().rss / MIB)
    return max(sizes, default=0.0)


def postmaster(data: Path) -> int:
    """Return the number of the first process of the PostgreSQL server with its files in `data`."""
    return int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])


def wait_until_idle(process: int, patience: float = 10.0) -> None:
    """Return when a process and those below it have done next to nothing for a moment, or after `patience` seconds."""
    ends = time.monotonic() + patience
    before = cpu_seconds(tree(process))
    while time.monotonic() < ends:
        time.sleep(MOMENT)
        now = cpu_seconds(tree(process))
        if now - before < IDLE * MOMENT:
            return
        before = now


class Meter:
    """CPU seconds of a server and of PostgreSQL, from the moment that it is made."""

    def __init__(self, server: int, postgres: int) -> None:
        self._numbers = (server, postgres)
        self._began = self._read()

    def _read(self) -> tuple[float, float]:
        server, postgres = (cpu_seconds(tree(number)) for number in self._numbers)
        return server, postgres

    def spent(self) -> tuple[float, float]:
        """Return the seconds since then, of the server and of PostgreSQL."""
        server, postgres = self._read()
        return server - self._began[0], postgres - self._began[1]
