"""What selling costs: a checkout for a slot, with a coupon and promotions, beside a peer's; and a sale at a till, alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.loads.ground import Ground
from benchmarks.measuring.rounds import Course, Match, Place, Timing
from benchmarks.parts.quick import CONNECTIONS, WORKERS, table

_TIMING = Timing(first=1.0, warm=0.3, slot=1.5)
PEERS = ("c",)
ORDERS = Course([Place("checkout-slot", CONNECTIONS, WORKERS)], PEERS, rounds=5, timing=_TIMING)
# No peer has a till. With one connection it is what a clerk waits for.
SALES = Course([Place("sale", 1), Place("sale", CONNECTIONS)], (), rounds=3, timing=_TIMING)


def run(ground: Ground, folder: Path, say: Callable[[str], None]) -> str:
    """Run it on a ground that sells in slots from then on; return a table for a terminal. Raises what Match.run() raises."""
    ground.sell_in_slots()
    found: list[dict[str, Any]] = []
    for course in (ORDERS, SALES):
        Match(course, ground, folder, found.append, say).run()
    sales = {connections: _sales(found, connections) for connections in (1, CONNECTIONS)}
    lines = [f"sale at a till, {number} connections: {said}" for number, said in sales.items()]
    return "\n".join([table({"rounds": found}, ["checkout-slot"], PEERS), "", *lines])


def _sales(found: list[dict[str, Any]], connections: int) -> str:
    """Return what the middle one of the rounds was."""
    those = [each for each in found if (each["load"], each["connections"]) == ("sale", connections)]
    middle = sorted(those, key=lambda each: each["rps"])[len(those) // 2]
    return f"{middle['rps']:.0f} a second, {middle['p50_ms']:.1f} ms each, {middle['p99_ms']:.1f} ms of a hundred the slowest"
