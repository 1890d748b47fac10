"""`tidy`: end what nobody came back for."""

from collections.abc import Awaitable, Callable

import click
from flask.cli import with_appcontext

from app.commands.failing import one_sentence
from app.core.concurrency import run_sync
from app.core.config import Settings
from app.core.database import Manager
from app.core.statement import Statement
from app.core.wiring import wired
from app.orders.purchase_service import Purchases
from app.orders.service import Carts

BATCH = 500

# Rows that another run of tidy, or a request, holds at this moment are left for the next time.
_END_SESSIONS = Statement(
    """
    DELETE FROM session WHERE id IN (
        SELECT id FROM session WHERE expires_at < now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """
)
_DROP_ATTEMPTS = Statement(
    """
    DELETE FROM attempt WHERE key IN (
        SELECT key FROM attempt WHERE window_ends_at < now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """
)
_DROP_IDEMPOTENCY_KEYS = Statement(
    """
    DELETE FROM idempotency_key WHERE (principal, route, key) IN (
        SELECT principal, route, key FROM idempotency_key
        WHERE created_at < now() - make_interval(hours => %(hours)s)
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """
)


async def _all(batch: Callable[[int], Awaitable[int]]) -> int:
    """Await `batch(BATCH)` until there is less than a whole batch to do; return how many were done."""
    total = 0
    while True:
        done = await batch(BATCH)
        total += done
        if done < BATCH:
            return total


async def _tidy(manager: Manager, idempotency_hours: int) -> dict[str, int]:
    async def sessions(limit: int) -> int:
        return await manager.run(_END_SESSIONS, limit=limit)

    async def attempts(limit: int) -> int:
        return await manager.run(_DROP_ATTEMPTS, limit=limit)

    async def keys(limit: int) -> int:
        return await manager.run(_DROP_IDEMPOTENCY_KEYS, limit=limit, hours=idempotency_hours)

    return {
        "unpaid purchases cancelled": await _all(wired(Purchases).cancel_unpaid),
        "old carts dropped": await _all(wired(Carts).delete_expired_carts),
        "sessions ended": await _all(sessions),
        "counts of attempts dropped": await _all(attempts),
        "idempotency keys forgotten": await _all(keys),
    }


@click.command()
@with_appcontext
def tidy() -> None:
    """Cancel what nobody paid in time; drop old carts, sessions, counts of attempts and idempotency keys.

    For cron: safe to run twice and side by side.
    """
    with one_sentence():
        hours = wired(Settings).security.idempotency_hours
        done = run_sync(_tidy, wired(Manager), hours)
    click.echo(", ".join(f"{count} {what}" for what, count in done.items()) + ".")
