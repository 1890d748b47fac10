"""What selling costs with all that there is: a checkout for a slot, with a coupon and promotions, beside a peer's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.loads.ground import Ground
from benchmarks.measuring.rounds import Course, Match, Place, Timing
from benchmarks.parts.quick import CONNECTIONS, WORKERS, table

LOADS = ("checkout-slot",)
PEERS = ("c",)
COURSE = Course(
    [Place(load, CONNECTIONS, WORKERS) for load in LOADS],
    PEERS,
    rounds=5,
    timing=Timing(first=1.0, warm=0.3, slot=1.5),
)


def run(ground: Ground, folder: Path, say: Callable[[str], None]) -> str:
    """Run it on a ground that sells in slots from then on; return a table for a terminal. Raises what Match.run() raises."""
    ground.sell_in_slots()
    found: list[dict[str, Any]] = []
    Match(COURSE, ground, folder, found.append, say).run()
    return table({"rounds": found}, LOADS, PEERS)
