"""What the slots of a run come to: medians, spreads, ratios, growth.

Pure functions over the results, on Python's own library alone: whichever interpreter draws the plot reads them too.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS = "ours"
PEERS = ("a", "b", "c", "d")
LOADS = {
    "product": "one product by its code, 10,000 codes at random",
    "list-first": "the first 20 products of a category, by name",
    "list-tenth": "the tenth 20 products of a category, by name",
    "search": "two words in the whole catalogue, every other time with a typing error in one",
    "cart": "puts an item into a cart that holds others",
    "checkout": "places a purchase from a cart of three lines, products at random",
    "checkout-one": "places a purchase of one line, always the same product",
    "login": "logs a customer in, password and all",
    "mix": "40 % product, 40 % list, 10 % search, 8 % cart, 2 % checkout",
}
"""The loads in the order of the report, and what a request of each does."""

TITLES = {
    OURS: "this shop",
    "a": "(a) Flask, peewee-async, asgiref",
    "b": "(b) FastAPI, SQLAlchemy 2, asyncpg",
    "c": "(c) FastAPI, asyncpg, hand-written SQL",
    "d": "(d) Quart, peewee-async",
}

Slot = Mapping[str, Any]
Results = Mapping[str, Any]


@dataclass(frozen=True)
class Spread:
    """The median of some figures, and the least and the most of them."""

    median: float
    least: float
    most: float


def spread(figures: Iterable[float]) -> Spread | None:
    """Return what those figures come to, None where there are none."""
    known = sorted(figures)
    return Spread(statistics.median(known), known[0], known[-1]) if known else None


def slots(
    results: Results, load: str, contestant: str, connections: int, workers: int
) -> list[Slot]:
    """Return the slots of a contestant under a load, in the order in which they were run."""
    wanted = (load, contestant, connections, workers)
    return [
        slot
        for slot in results.get("rounds", ())
        if (slot["load"], slot["contestant"], slot["connections"], slot["workers"]) == wanted
    ]


def of(found: Iterable[Slot], name: str) -> Spread | None:
    """Return what the slots' figure `name` comes to; a slot that has none does not count."""
    return spread(slot[name] for slot in found if slot.get(name) is not None)


def together(found: Sequence[Slot]) -> dict[str, Any]:
    """Return one entry of several slots: the medians of their figures, the sum of their errors, and the slots."""
    names = [name for name in found[0] if name not in {"errors", "requests"}]
    medians = {name: statistics.median(slot[name] for slot in found) for name in names}
    return {**medians, "errors": sum(slot["errors"] for slot in found), "slots": list(found)}


def settings_of(results: Results, load: str) -> list[tuple[int, int]]:
    """Return the (connections, workers) that a load was run with, in order."""
    rounds = results.get("rounds", ())
    found = {(slot["connections"], slot["workers"]) for slot in rounds if slot["load"] == load}
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def ratios(
    results: Results, load: str, peer: str, connections: int = 32, workers: int = 1
) -> Spread | None:
    """Return by how much more requests/s we answer than a peer does.

    A ratio is of two slots that were run one after the other, so that whatever else the computer did
    then touched both. The median is over the rounds.
    """
    rates: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    for contestant in (OURS, peer):
        for slot in slots(results, load, contestant, connections, workers):
            rates[slot["round"], slot["pair"]][contestant] = slot["rps"]
    # A slot of ours that was paired with another peer is no part of this.
    return spread(pair[OURS] / pair[peer] for pair in rates.values() if pair.get(peer))


def cost(slot: Slot) -> float:
    """Return the CPU of a request in microseconds, the server's and PostgreSQL's."""
    return float(slot["server_cpu_us"] + slot["postgres_cpu_us"])


def sizes(results: Results, load: str, by: str) -> list[Slot]:
    """Return the entries of the scale of a load, in the order of their size: `by` is products or purchases."""
    found = [
        entry
        for entry in results.get("scale", ())
        if entry["load"] == load and entry.get("by", "products") == by
    ]
    return sorted(found, key=lambda entry: entry[by])


def steepest(entries: Sequence[Slot]) -> Spread | None:
    """Return the greatest cost of a request at any size, as a multiple of its cost at the smallest in the slot beside it."""
    if len(entries) < 2:
        return None
    first, *larger = entries
    multiples = [
        spread(
            cost(slot) / cost(base)
            for slot, base in zip(entry["slots"], first["slots"], strict=True)
        )
        for entry in larger
    ]
    return max((found for found in multiples if found), key=lambda found: found.median)


def growth(samples: Sequence[Slot], name: str) -> float:
    """Return by how much a figure of the soak grew: the last quarter's median less the second one's.

    The first quarter is left out: it fills caches and pools.
    """
    figures = [sample[name] for sample in samples]
    quarter = len(figures) // 4
    if not quarter:
        return 0.0
    early, late = figures[quarter : 2 * quarter], figures[-quarter:]
    return float(statistics.median(late) - statistics.median(early))


def faults(results: Results) -> list[str]:
    """Return a sentence for each thing that makes the run invalid: an answer that was not the expected one."""
    return list(_faults(results))


def _faults(results: Results) -> Iterator[str]:
    seen: dict[str, int] = defaultdict(int)
    for slot in results.get("rounds", ()):
        where = f"{slot['load']} of {TITLES.get(slot['contestant'], slot['contestant'])}"
        seen[f"{where}, {slot['connections']} connections"] += slot.get("errors", 0)
    for entry in results.get("limits", ()):
        seen[f"the limit {entry['what']}"] += entry.get("errors", 0)
    for entry in results.get("scale", ()):
        seen[f"{entry['load']} at {entry[entry['by']]:,} {entry['by']}"] += entry.get("errors", 0)
    seen["the soak"] = results.get("soak", {}).get("errors", 0)
    yield from (f"{count:,} errors in {where}" for where, count in seen.items() if count)
    yield from results.get("faults", ())
