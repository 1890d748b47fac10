"""The counts of tries, one row for each account or address in its window of time."""

from collections.abc import Sequence
from datetime import timedelta

from app.core.database import Manager
from app.core.statement import Statement

# Keys come sorted, so that two requests that count the same two lock them in the same order.
COUNT_ATTEMPTS = Statement(
    """
    INSERT INTO attempt AS known (key, tries, window_ends_at)
    SELECT key, 1, now() + %(window)s::interval FROM unnest(%(keys)s::bytea[]) AS given (key)
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN known.window_ends_at > now() THEN least(known.tries, 1000000) + 1 ELSE 1 END,
        window_ends_at = CASE WHEN known.window_ends_at > now()
            THEN known.window_ends_at ELSE excluded.window_ends_at END
    RETURNING key, tries, ceil(extract(epoch FROM window_ends_at - now()))::int
    """,
    read=False,
)
FORGET_ATTEMPTS = Statement("DELETE FROM attempt WHERE key = %(key)s", read=False)


class AttemptRepository:
    """Rows of attempt."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def count(self, keys: Sequence[bytes], window: timedelta) -> list[tuple[bytes, int, int]]:
        """Count a try under each of the sorted `keys`; return (key, tries, seconds left)."""
        rows = await self._manager.fetch(COUNT_ATTEMPTS, keys=list(keys), window=window)
        return [(bytes(key), tries, left) for key, tries, left in rows]

    async def forget(self, key: bytes) -> None:
        """Drop the count under `key`."""
        await self._manager.run(FORGET_ATTEMPTS, key=key)
