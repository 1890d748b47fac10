"""What the metrics say of the pool, and of the loop that it lives on."""

import asyncio

from app.core.database.pool.lifo import LifoPool
from app.core.telemetry.metrics import LOOP_DELAY, POOL, WORKERS

_STATES = ("limit", "size", "idle", "in_use", "waiting")
# Looked up once, as a write takes half as long then.
_GAUGES = [(state, POOL.labels(state)) for state in _STATES]


def watch_pool(pool: LifoPool) -> None:
    """Have the metrics of this process tell of `pool` from now on."""
    pool.on_use = PoolWatch().wake


class PoolWatch:
    """Writes the pool's numbers once a second while it is at work, and once after.

    Only what is written reaches other processes. To write on each request would cost as much as all
    other metrics together, and would tell nothing of the moment when every request waits.
    """

    SECONDS = 1.0

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_awake = False

    def wake(self, pool: LifoPool) -> None:
        """Begin to write, unless that is under way. Runs on the pool's loop."""
        loop = asyncio.get_running_loop()
        # In a forked child, the one that was woken is the parent's.
        if not self._is_awake or self._loop is not loop:
            self._loop, self._is_awake = loop, True
            self._go_on(pool, loop)

    def _go_on(self, pool: LifoPool, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(self.SECONDS, self._write, pool, loop, loop.time() + self.SECONDS)

    def _write(self, pool: LifoPool, loop: asyncio.AbstractEventLoop, due: float) -> None:
        stats = pool.stats()
        for state, gauge in _GAUGES:
            gauge.set(getattr(stats, state))
        WORKERS.set(1)
        LOOP_DELAY.set(max(0.0, loop.time() - due))
        if stats.in_use or stats.waiting:
            self._go_on(pool, loop)
        else:
            self._is_awake = False
