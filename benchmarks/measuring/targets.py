"""What the shop is to reach, line by line, and whether a run says that it does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.measuring.figures import (
    OURS,
    Results,
    Slot,
    Spread,
    ratios,
    sizes,
    slots,
    spread,
    steepest,
)

# At least so many times the requests/s of a peer, one worker, 32 connections.
AT_LEAST = {
    "product": {"a": 4.0, "b": 3.0, "c": 1.0},
    "list-first": {"a": 5.0, "b": 3.0, "c": 1.2},
    "list-tenth": {"a": 5.0, "b": 3.0, "c": 1.2},
    "search": {"c": 1.0},
    "cart": {"a": 3.0, "b": 2.0, "c": 1.0},
    "checkout": {"a": 3.0, "b": 2.0, "c": 1.0},
    "checkout-one": {"a": 3.0, "b": 2.0, "c": 1.0},
}
CROWD = (128, 2)
"""The connections and workers with which the pools are far smaller than the crowd."""
P99_OF_P50 = 3.0
# A request that waits ten times as long as the usual one was overtaken by many: that is starving.
LONGEST_OF_P50 = 10.0
# A tree of a thousand times as many rows is two levels deeper, and less of it lies in the processor's caches.
FLAT = 1.25
SCALED = ("product", "list-first", "list-tenth", "search")
IDLE_MIB = 90.0
START_SECONDS = 1.5
SOAK_MINUTES = 20
RSS_GROWTH, DESCRIPTOR_GROWTH, CONNECTION_GROWTH = 3.0, 2.0, 0.0


@dataclass(frozen=True)
class Target:
    """One line: what is to be reached, what was reached, and whether that will do (None: not measured)."""

    what: str
    wanted: str
    reached: Spread | None
    unit: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """One word, or two."""
        return {True: "met", False: "**missed**", None: "not measured"}[self.met]


def targets(results: Results) -> list[Target]:
    """Return all lines, in the order of the report."""
    found = [*_faster(results), *_fair(results), *_flat(results), *_small(results)]
    return [*found, *_steady(results)]


def _least(what: str, least: float, reached: Spread | None) -> Target:
    met = None if reached is None else reached.median >= least
    return Target(what, f"≥ {least:.1f} ×", reached, "×", met)


def _most(what: str, most: float, reached: Spread | None, unit: str) -> Target:
    met = None if reached is None else reached.median <= most
    return Target(what, f"≤ {most:g} {unit}".rstrip(), reached, unit, met)


def _faster(results: Results) -> Iterator[Target]:
    for load, wanted in AT_LEAST.items():
        for peer, least in wanted.items():
            what = f"{load}: requests/s against ({peer})"
            yield _least(what, least, ratios(results, load, peer))


def _fair(results: Results) -> Iterator[Target]:
    product = slots(results, "product", OURS, *CROWD)
    tail = spread(slot["p99_ms"] / slot["p50_ms"] for slot in product)
    yield _most("product, 128 connections: p99 against p50", P99_OF_P50, tail, "×")
    for load in ("product", "checkout"):
        crowded = slots(results, load, OURS, *CROWD)
        yield _starved(load, crowded)


def _starved(load: str, crowded: list[Slot]) -> Target:
    """One request that starved is too many, so the worst round counts, not the median."""
    waits = spread(slot["max_ms"] / slot["p50_ms"] for slot in crowded)
    what = f"{load}, 128 connections, 10 to the database a worker: the longest wait against p50, in the worst round"
    met = None if waits is None else waits.most <= LONGEST_OF_P50
    shown = None if waits is None else Spread(waits.most, waits.least, waits.most)
    return Target(what, f"≤ {LONGEST_OF_P50:g} ×", shown, "×", met)


def _flat(results: Results) -> Iterator[Target]:
    for load in SCALED:
        what = f"{load}: CPU a request with up to 1,000,000 products against 1,000"
        yield _most(what, FLAT, steepest(sizes(results, load, "products")), "×")
    what = "checkout: CPU a request with up to 1,000,000 purchases against 1,000"
    yield _most(what, FLAT, steepest(sizes(results, "checkout", "purchases")), "×")


def _small(results: Results) -> Iterator[Target]:
    runs = results.get("start", {}).get(OURS, {}).get("runs", ())
    rss, seconds = (spread(run[name] for run in runs) for name in ("rss_mb", "seconds"))
    yield _most("RSS of an idle worker", IDLE_MIB, rss, "MiB")
    yield _most("from start to the first answer", START_SECONDS, seconds, "s")


def _steady(results: Results) -> Iterator[Target]:
    soak = results.get("soak", {})
    grown = soak.get("growth", {})
    minutes = f"{soak.get('minutes', SOAK_MINUTES):g} minutes of mix"
    rss = [grown[name] for name in sorted(grown) if name.startswith("worker_rss_mb")]
    lines = (
        ("growth of a worker's RSS", RSS_GROWTH, rss, "MiB"),
        ("growth of open descriptors", DESCRIPTOR_GROWTH, _one(grown, "descriptors"), ""),
        ("growth of connections to PostgreSQL", CONNECTION_GROWTH, _one(grown, "connections"), ""),
    )
    for what, most, figures, unit in lines:
        worst = max(figures, default=None)
        reached = None if worst is None else Spread(worst, min(figures), worst)
        yield _for_long(soak, _most(f"{minutes}: {what}", most, reached, unit))
    clean = soak.get("verify", {}).get("clean")
    yield _for_long(soak, Target(f"{minutes}: `verify` afterwards", "clean", None, "", clean))


def _for_long(soak: Slot, line: Target) -> Target:
    """Nothing that grew in a shorter soak than was asked for proves nothing; what did grow is missed all the same."""
    short = soak.get("minutes", 0) < SOAK_MINUTES
    return replace(line, met=None) if line.met and short else line


def _one(grown: Slot, name: str) -> list[float]:
    return [grown[name]] if name in grown else []


def failures(soak: Slot) -> list[str]:
    """Return a sentence for each thing in a soak that must not be: what grew, what was answered wrongly."""
    said = [
        f"{line.what}: {line.reached.median:+.1f} {line.unit}".rstrip()
        for line in _steady({"soak": soak})
        if line.met is False and line.reached
    ]
    if soak.get("replaced"):
        said.append(f"{soak['replaced']} workers were replaced while it ran")
    if soak.get("errors"):
        said.append(f"{soak['errors']:,} answers were not the expected ones")
    if not soak.get("verify", {}).get("clean", True):
        said.append(f"verify found: {soak['verify'].get('said', '')}")
    return said
