"""PostgreSQL dies under load and comes back."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from conformance.helpers import carts, new_tracebacks, product_path, until
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Answer, Wire
from tests.builders import rows

# Fewer than the threads of any server that gives each connection one.
SHOPPERS = 12
RECOVERY_SECONDS = 5.0
ORDER = json.dumps({"contact_name": "Test", "contact_phone": "+49 30 5550100"}).encode()


class Crowd:
    """Shoppers who read a product and, every fourth time, check out a cart; until told to stop."""

    def __init__(self, shop: Shop, filled: Iterator[Any]) -> None:
        self.seen: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.sold: set[UUID] = set()
        self.unsure: set[UUID] = set()
        self.stopped = False
        self._shop = shop
        self._filled = filled
        self._path = product_path(shop)

    async def shop(self) -> None:
        """Shop on one connection."""
        wire = Wire(self._shop.port)
        for turn in itertools.count():
            if self.stopped:
                break
            try:
                answer = await self._ask(wire, turn)
            except (OSError, EOFError, TimeoutError) as error:
                self.wrong.append(repr(error))
                continue
            self.seen[answer.status] += 1
            if answer.status == 503:
                if not answer.is_problem or int(answer.headers.get("retry-after", 0)) < 1:
                    self.wrong.append(f"{answer.headers} {answer.body[:200]!r}")
                await asyncio.sleep(0.02)
        wire.close()

    async def _ask(self, wire: Wire, turn: int) -> Answer:
        if turn % 4 == 3 and (cart := next(self._filled, None)):
            headers = {**cart.headers, "Content-Type": "application/json"}
            path = f"/api/v1/carts/{cart.id}/checkout"
            # Without an answer, or with 503, nobody knows whether it was sold.
            self.unsure.add(cart.id)
            answer = await wire.ask("POST", path, body=ORDER, headers=headers)
            if answer.status == 201:
                self.unsure.discard(cart.id)
                self.sold.add(cart.id)
            return answer
        return await wire.ask("GET", self._path)

    async def until_seen(self, status: int, times: int) -> None:
        """Return when there were so many more answers with that status."""
        enough = self.seen[status] + times
        await until(lambda: self.seen[status] >= enough, f"{times} more {status}: {self.seen}", 20)


@check("database", seconds=90)
async def database_dies(shop: Shop) -> str:
    """PostgreSQL is killed under load: 503 as problems with Retry-After, and all is well again within seconds."""
    crowd = Crowd(shop, iter(carts(shop, 300)))
    before = shop.log
    shopping = [asyncio.create_task(crowd.shop()) for _ in range(SHOPPERS)]
    try:
        await crowd.until_seen(200, 100)
        await asyncio.to_thread(shop.postgres.stop, "immediate")
        await crowd.until_seen(503, 30)
        await asyncio.to_thread(shop.postgres.start)
        recovery = await _recovery(shop)
        refused = crowd.seen[503]
        await crowd.until_seen(200, 100)
        crowd.stopped = True
        await asyncio.gather(*shopping)
    finally:
        for task in shopping:
            task.cancel()
        await asyncio.gather(*shopping, return_exceptions=True)
    assert not crowd.wrong, f"{len(crowd.wrong)} wrong: {crowd.wrong[:3]}"
    assert set(crowd.seen) <= {200, 201, 503}, dict(crowd.seen)
    assert crowd.seen[503] == refused, f"{crowd.seen[503] - refused} refused after that"
    _all_there(shop, crowd)
    said = new_tracebacks(shop, before)
    assert not said, f"the log says: {said}"
    return f"{recovery:.1f} s"


def _all_there(shop: Shop, crowd: Crowd) -> None:
    """Look for the purchase of every cart that was answered as sold. Raises AssertionError."""
    made = Counter(row.cart_id for row in rows(shop.database, "SELECT cart_id FROM purchase"))
    lost = crowd.sold - set(made)
    assert not lost, f"answered as sold, and not there: carts {sorted(lost)}"
    twice = {cart for cart in crowd.sold | crowd.unsure if made[cart] > 1}
    assert not twice, f"sold twice: carts {sorted(twice)}"
    assert crowd.sold, "nothing was sold"


async def _recovery(shop: Shop) -> float:
    """Return the seconds until the first of 20 reads in a row, on new connections, that all succeeded."""
    began, good, first = time.monotonic(), 0, 0.0
    while good < 20:
        async with Wire(shop.port) as wire:
            answer = await wire.ask("GET", product_path(shop))
        if answer.status != 200:
            good = 0
            await asyncio.sleep(0.02)
            continue
        good += 1
        first = time.monotonic() - began if good == 1 else first
        assert first < RECOVERY_SECONDS, f"still refused after {RECOVERY_SECONDS} s"
    return first
