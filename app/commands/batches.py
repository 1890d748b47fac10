"""Work on very many rows in steps, so that nobody waits for all of it."""

from collections.abc import Awaitable, Callable

BATCH = 500

Batch = Callable[[int], Awaitable[int]]
"""Does up to so many, and returns how many it did."""


async def in_batches(batch: Batch) -> int:
    """Await `batch(BATCH)` until there is less than a whole batch to do; return how many were done."""
    total = 0
    while True:
        done = await batch(BATCH)
        total += done
        if done < BATCH:
            return total
