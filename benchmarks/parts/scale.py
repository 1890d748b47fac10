"""What a request costs as the shop grows: reads with up to 1,000,000 products, a checkout with as many purchases."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.product.products.listing import Wanted, listing
from app.product.products.walk import MOST_LOOKED_AT
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
SLOTS = 5
FIRST_SECONDS, WARM_SECONDS, SECONDS = 1.5, 0.5, 2.0
"""Of warming up for the first time and later, and of measuring."""
MOST_ROWS = 2.2 * MOST_LOOKED_AT + 1000
"""That a page of products may look at: each and its level, and a little for what it shows."""

Say = Callable[[str], None]
Shops = Mapping[int, tuple[Ground, Running]]


def run(folder: Path, results: Results, say: Say) -> None:
    """Put the costs into the results, load by load; it takes about ten minutes, most of them seeding."""
    results.put(scale=[])
    for grown in (growing_catalogue, growing_books):
        for entry in grown(folder, SIZES):
            results.add("scale", entry)
            size = f"{entry[entry['by']]:,} {entry['by']}"
            say(f"{entry['load']} with {size}: {cost(entry):.0f} µs, {entry['p50_ms']:.2f} ms")


def growing_catalogue(folder: Path, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Measure the reads in shops of so many products."""
    with _shops(folder, {size: (size, 0) for size in sizes}) as up:
        for lent, _ in up.values():
            lent.tidy()
            hold_to_bounds(lent.app_url)
        for load in SCALED:
            plans = {size: _reads(load, *shop) for size, shop in up.items()}
            yield from _side_by_side(load, "products", up, plans, folder)


def growing_books(folder: Path, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Measure the checkout in shops that have had so many purchases."""
    number = math.ceil(SECONDS * FIRST_GUESS[1])
    with _shops(folder, {size: (PRODUCTS, size) for size in sizes}) as up:
        plans = {}
        for size, (lent, ours) in up.items():
            load = LOADS["checkout"]
            plans[size] = [plan(load, lent, ours.url, number) for _ in range(2 * SLOTS)]
            lent.tidy()
        yield from _side_by_side("checkout", "purchases", up, plans, folder)


@contextmanager
def _shops(folder: Path, sizes: Mapping[int, tuple[int, int]]) -> Iterator[Shops]:
    """Have a shop of (products, purchases) up for each size until the block ends: all but the one under load are idle."""
    with ExitStack() as stack:
        up = {}
        for size, (products, purchases) in sizes.items():
            own = folder / f"scale-{size}"
            own.mkdir(exist_ok=True)
            lent = stack.enter_context(ground(products, purchases))
            up[size] = lent, stack.enter_context(running([OURS], lent, own))[OURS.key]
        yield up


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


def _reads(load: str, on: Ground, ours: Running) -> list[Plan]:
    """Return a load's plans, for pages that are full whatever the size: small shops have categories of five products."""
    wanted = plan(LOADS[load], replace(on, leaves=on.deep), ours.url, LINES)
    return [Plan(wanted.requests, first=n * LINES // 7) for n in range(2 * SLOTS)]


def _side_by_side(
    load: str, by: str, up: Shops, plans: Mapping[int, list[Plan]], folder: Path
) -> Iterator[dict[str, Any]]:
    """Measure a slot of each size in turn, so that a computer that is now fast and now slow is so to all of them."""
    found: dict[int, list[dict[str, Any]]] = {size: [] for size in up}
    for turn in range(SLOTS):
        for size, (on, ours) in up.items():
            warming, measuring = plans[size][2 * turn : 2 * turn + 2]
            measure(on, ours, warming, 1, WARM_SECONDS if turn else FIRST_SECONDS, folder)
            found[size].append(measure(on, ours, measuring, 1, SECONDS, folder))
    for size, slots in found.items():
        yield {"load": load, "by": by, by: size, **together(slots)}
