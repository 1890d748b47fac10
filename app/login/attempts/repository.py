"""The counts of tries, one row for each account or address in its window of time; and who is spared of which."""

# ruff: noqa: S608 - the parts of the SQL are constants of this module; values are bound

from collections.abc import Sequence
from datetime import timedelta

from app.core.database import Manager, Statement

# Keys come sorted, so that two requests that count the same two lock them in the same order. No disk is waited for:
# a crash of PostgreSQL's may forget what was counted in its last second.
COUNT_ATTEMPTS = Statement(
    """
    INSERT INTO attempt AS known (key, tries, window_ends_at)
    SELECT key, 1, now() + %(window)s::interval
    FROM set_config('synchronous_commit', 'off', true), unnest(%(keys)s::bytea[]) AS given (key)
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN known.window_ends_at > now() THEN least(known.tries, 1000000) + 1 ELSE 1 END,
        window_ends_at = CASE WHEN known.window_ends_at > now()
            THEN known.window_ends_at ELSE excluded.window_ends_at END
    RETURNING key, tries, ceil(extract(epoch FROM window_ends_at - now()))::int
    """,
    read=False,
)
# From the bound on, the window begins with the try counted last, and there is a pause before the next one: a sixtieth of
# the window, twice as long each time. A refused try changes nothing. Half a window at most: the count would be forgotten else.
_PAUSE = "least(%(window)s / 60 * power(2, least(known.tries - %(bound)s, 5)), %(window)s / 2)"
_MAY_TRY_AT = f"known.window_ends_at - %(window)s + {_PAUSE}"
COUNT_SLOWLY = Statement(
    f"""
    WITH spared AS (
        SELECT FROM attempt WHERE key = %(spared)s AND window_ends_at > now()
    ), counted AS (
        INSERT INTO attempt AS known (key, tries, window_ends_at)
        SELECT %(key)s, 1, now() + %(window)s::interval WHERE NOT EXISTS (SELECT FROM spared)
        ON CONFLICT (key) DO UPDATE SET
            tries = CASE WHEN known.window_ends_at > now() THEN least(known.tries, 1000000) + 1 ELSE 1 END,
            window_ends_at = CASE WHEN known.window_ends_at > now() AND known.tries + 1 < %(bound)s
                THEN known.window_ends_at ELSE excluded.window_ends_at END
        WHERE known.tries < %(bound)s OR known.window_ends_at <= now() OR {_MAY_TRY_AT} <= now()
        RETURNING key
    )
    SELECT CASE WHEN EXISTS (SELECT FROM spared UNION ALL SELECT FROM counted) THEN 0 ELSE greatest(1, (
        SELECT ceil(extract(epoch FROM {_MAY_TRY_AT} - now())) FROM attempt known WHERE key = %(key)s)) END::int
    """,
    read=False,
)
FORGET_ATTEMPTS = Statement("DELETE FROM attempt WHERE key = %(key)s", read=False)
# Not to the second: who logs in often writes this once a day.
SPARE = Statement(
    """
    INSERT INTO attempt AS known (key, tries, window_ends_at) VALUES (%(key)s, 1, now() + %(term)s::interval)
    ON CONFLICT (key) DO UPDATE SET window_ends_at = excluded.window_ends_at
    WHERE known.window_ends_at < excluded.window_ends_at - interval '1 day'
    """,
    read=False,
)


class AttemptRepository:
    """Rows of attempt."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def count(self, keys: Sequence[bytes], window: timedelta) -> list[tuple[bytes, int, int]]:
        """Count a try under each of the sorted `keys`; return (key, tries, seconds left)."""
        rows = await self._manager.fetch(COUNT_ATTEMPTS, keys=list(keys), window=window)
        return [(bytes(key), tries, left) for key, tries, left in rows]

    async def count_slowly(self, key: bytes, spared: bytes, bound: int, window: timedelta) -> int:
        """Count a try under `key`, if one may be made now; return how many seconds too early it is, or 0.

        Behind `bound` tries in a `window` there are pauses between them, each twice as long as the one before. None
        of it is for who was spare()d under `spared`.
        """
        return int(
            await self._manager.fetch_value(
                COUNT_SLOWLY, key=key, spared=spared, bound=bound, window=window
            )
        )

    async def spare(self, key: bytes, term: timedelta) -> None:
        """Let `key` be spared for a term from now on."""
        await self._manager.run(SPARE, key=key, term=term)

    async def forget(self, key: bytes) -> None:
        """Drop the count under `key`."""
        await self._manager.run(FORGET_ATTEMPTS, key=key)
