"""One slot outside of the comparison: a plan, sent to one server for a while, and what it cost."""

from pathlib import Path
from typing import Any

from benchmarks.loads.ground import Ground
from benchmarks.measuring import wrk
from benchmarks.measuring.contestants import Running
from benchmarks.measuring.processes import Meter, postmaster, wait_until_idle
from benchmarks.measuring.wrk import Plan


def measure(
    on: Ground, who: Running, plan: Plan, connections: int, seconds: float, folder: Path
) -> dict[str, Any]:
    """Send `plan` for so long; return the figures of a slot: rates, times in ms, CPU a request in µs, errors."""
    meter = Meter(who.process.pid, postmaster(on.server.data))
    outcome = wrk.run(who.url, plan, folder / "requests.txt", connections, seconds)
    server, postgres = meter.spent()
    wait_until_idle(who.process.pid)
    who.forget_log()
    answered = outcome.requests or 1
    return {
        "rps": round(outcome.rps, 2),
        "requests": outcome.requests,
        "p50_ms": outcome.p50_ms,
        "p99_ms": outcome.p99_ms,
        "server_cpu_us": round(1e6 * server / answered, 1),
        "postgres_cpu_us": round(1e6 * postgres / answered, 1),
        # To answer nothing at all is no success either.
        "errors": outcome.errors + (outcome.requests == 0),
    }
