"""The short run: by how much more this shop answers than three of its peers, for the requests that matter most."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.loads.ground import Ground
from benchmarks.measuring.figures import OURS, TITLES, of, ratios, slots
from benchmarks.measuring.rounds import Course, Match, Place, Timing

LOADS = ("product", "list-first", "checkout")
PEERS = ("a", "b", "c")
CONNECTIONS, WORKERS = 32, 1
COURSE = Course(
    [Place(load, CONNECTIONS, WORKERS) for load in LOADS],
    PEERS,
    rounds=3,
    timing=Timing(first=1.0, warm=0.3, slot=1.5),
)


def run(ground: Ground, folder: Path, say: Callable[[str], None]) -> str:
    """Run it; return a table for a terminal. Raises what Match.run() raises."""
    found: list[dict[str, Any]] = []
    say(f"{COURSE.slots} slots: about {COURSE.seconds:.0f} s.")
    Match(COURSE, ground, folder, found.append, say).run()
    return table({"rounds": found})


def table(
    results: Mapping[str, Any], loads: Sequence[str] = LOADS, peers: Sequence[str] = PEERS
) -> str:
    """Return the medians of the rounds: requests per second of all, and how many times a peer's ours are."""
    head = ["requests/s", OURS, *(f"({peer})" for peer in peers)]
    head += [f"ours / ({peer})" for peer in peers]
    lines = [head]
    for load in loads:
        rates = (_rate(results, load, who) for who in (OURS, *peers))
        times = (ratios(results, load, peer, CONNECTIONS, WORKERS) for peer in peers)
        lines.append([load, *rates, *(f"{one.median:.2f}" if one else "–" for one in times)])
    legend = "\n".join(f"  {TITLES[peer]}" for peer in peers)
    return f"{_aligned(lines)}\n\n{CONNECTIONS} connections, {WORKERS} worker.\n{legend}"


def _rate(results: Mapping[str, Any], load: str, who: str) -> str:
    found = of(slots(results, load, who, CONNECTIONS, WORKERS), "rps")
    return f"{found.median:.0f}" if found else "–"


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
