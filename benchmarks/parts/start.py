"""How soon a server answers, and what its idle worker holds."""

import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import PRODUCTS
from benchmarks.measuring.contestants import OURS, PEERS, START_SECONDS, Contestant, start
from benchmarks.measuring.processes import rss_mb, wait_until_idle
from benchmarks.measuring.results import Results

TIMES, TIMES_OF_A_PEER = 5, 3
REST_SECONDS = 1.0
PAUSE_SECONDS = 0.005


def run(ground: Ground, folder: Path, results: Results, say: Callable[[str], None]) -> None:
    """Put the starts of ours and of the peers into the results."""
    found = {}
    for contestant in (OURS, *PEERS.values()):
        times = TIMES if contestant is OURS else TIMES_OF_A_PEER
        found[contestant.key] = measure(contestant, ground, folder, times)
        results.put(start=found)
        seconds = ", ".join(f"{one['seconds']:.2f}" for one in found[contestant.key]["runs"])
        say(f"{contestant.title}: first answers after {seconds} s.")


def measure(
    contestant: Contestant, ground: Ground, folder: Path, times: int = TIMES
) -> dict[str, list[dict[str, float]]]:
    """Start it so often: seconds to the first answer that took the database, and MiB of its worker at rest.

    Raises ContestantFailed.
    """
    # Once for nothing: Python compiles what it meets for the first time.
    _once(contestant, ground, folder)
    return {"runs": [_once(contestant, ground, folder) for _ in range(times)]}


def _once(contestant: Contestant, ground: Ground, folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    running = start(contestant, ground, folder)
    try:
        url = f"{running.url}{PRODUCTS}/{ground.codes[0]}"
        while not _answers(url):
            late = time.perf_counter() - began > START_SECONDS
            if late or running.process.poll() is not None:
                raise running.failed("did not start")
            time.sleep(PAUSE_SECONDS)
        seconds = time.perf_counter() - began
        time.sleep(REST_SECONDS)
        wait_until_idle(running.process.pid)
        return {"seconds": round(seconds, 3), "rss_mb": round(rss_mb(running.process.pid), 1)}
    finally:
        running.stop()


def _answers(url: str) -> bool:
    """Say whether it answers; a server that listens and does not serve yet keeps the request until it does."""
    where = urlsplit(url)
    # Not by httpx: what that reads for TLS takes longer than the answer.
    with closing(HTTPConnection(where.netloc, timeout=START_SECONDS)) as connection:
        try:
            connection.request("GET", where.path)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
