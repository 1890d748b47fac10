"""What a request costs as the shop grows: reads with up to 1,000,000 products, a checkout with as many purchases."""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.product.products.listing import Wanted, listing
from app.product.products.walk import MOST_LOOKED_AT
from benchmarks.loads import seed
from benchmarks.loads.ground import PRODUCTS, Ground, ground
from benchmarks.loads.plans import LOADS, plan
from benchmarks.measuring.contestants import OURS, Running, running
from benchmarks.measuring.figures import cost, together
from benchmarks.measuring.results import Results
from benchmarks.measuring.rounds import FIRST_GUESS, LINES
from benchmarks.measuring.slot import measure
from benchmarks.measuring.targets import SCALED
from benchmarks.measuring.wrk import Plan
from tests.support.sparse import SORTS, SPARSE, explained, key_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SLOTS = 3
FIRST_SECONDS, WARM_SECONDS, SECONDS = 1.5, 0.5, 2.0
"""Of warming up for the first time and later, and of measuring."""
MOST_ROWS = 2.2 * MOST_LOOKED_AT + 1000
"""That a page of products may look at: each and its level, and a little for what it shows."""

Say = Callable[[str], None]


def run(folder: Path, results: Results, say: Say) -> None:
    """Put the costs into the results, size by size; it takes about ten minutes, most of them seeding."""
    results.put(scale=[])
    for grown in (growing_catalogue, growing_books):
        for entry in grown(folder, SIZES):
            results.add("scale", entry)
            size = f"{entry[entry['by']]:,} {entry['by']}"
            say(f"{entry['load']} with {size}: {cost(entry):.0f} µs, {entry['p50_ms']:.2f} ms")


def growing_catalogue(folder: Path, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Measure the reads in shops of so many products."""
    for size in sizes:
        with ground(size, 0) as lent:
            lent.tidy()
            hold_to_bounds(lent.app_url)
            with running([OURS], lent, folder) as up:
                ours = up[OURS.key]
                for load, wanted in _reads(lent, ours):
                    plans = [Plan(wanted.requests, first=n * LINES // 7) for n in range(2 * SLOTS)]
                    yield _entry(load, "products", size, _slots(lent, ours, plans, folder))


def hold_to_bounds(app_url: str) -> None:
    """Raise RuntimeError for a list of products that looks at more of them the more there are, and the fewer it finds."""
    parameters = connection_params(app_url, DEFAULT_SESSION)
    with (
        closing(psycopg2.connect(make_dsn(**parameters))) as connection,
        connection.cursor() as cursor,
    ):
        for (what, filters), sort in itertools.product(SPARSE.items(), SORTS):
            if sort == "relevance":
                continue
            for after in (None, key_of(sort, filters)):
                wanted = Wanted(sort=sort, **filters)
                rows, milliseconds = explained(cursor, *listing(wanted, 21, after))
                if rows > MOST_ROWS:
                    raise RuntimeError(
                        f"{what}, by {sort}: {rows:,} rows looked at, {milliseconds:.0f} ms"
                    )


def growing_books(folder: Path, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Measure the checkout in one shop that has had so many purchases."""
    number = math.ceil(SECONDS * FIRST_GUESS[1])
    with ground(PRODUCTS, 0) as lent:
        for size in sizes:
            there = lent.rows("SELECT count(*) FROM purchase")[0][0]
            seed.purchases(lent.owner_url, max(0, size - there))
            with running([OURS], lent, folder) as up:
                ours = up[OURS.key]
                plans = [plan(LOADS["checkout"], lent, ours.url, number) for _ in range(2 * SLOTS)]
                lent.tidy()
                yield _entry("checkout", "purchases", size, _slots(lent, ours, plans, folder))


def _reads(on: Ground, ours: Running) -> Iterator[tuple[str, Plan]]:
    """Return each load's requests, for pages that are full whatever the size: small shops have categories of five products."""
    full = replace(on, leaves=on.deep)
    for load in SCALED:
        yield load, plan(LOADS[load], full, ours.url, LINES)


def _slots(on: Ground, ours: Running, plans: list[Plan], folder: Path) -> list[dict[str, Any]]:
    """Measure with one of two plans, after warming up with the other."""
    found: list[dict[str, Any]] = []
    for warming, measuring in zip(plans[::2], plans[1::2], strict=True):
        measure(on, ours, warming, 1, WARM_SECONDS if found else FIRST_SECONDS, folder)
        found.append(measure(on, ours, measuring, 1, SECONDS, folder))
    return found


def _entry(load: str, by: str, size: int, slots: list[dict[str, Any]]) -> dict[str, Any]:
    return {"load": load, "by": by, by: size, **together(slots)}
