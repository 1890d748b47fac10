"""An api dies under load."""

import asyncio
import json
import os
import secrets
import signal
from collections import Counter
from contextlib import suppress
from typing import Any

from conformance.gateway.client import access_log, asked, one, ports
from conformance.gateway.nginx import NAME
from conformance.helpers import carts, product_path, until
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Wire
from tests.builders import rows

READERS, BUYERS, CARTS = 8, 4, 160
ORDER = json.dumps({"contact_name": "Test", "contact_phone": "+49 30 5550100"}).encode()
START_SECONDS = 30


class Crowd:
    """Readers and buyers; a buyer who got no answer asks again with the same Idempotency-Key."""

    def __init__(self, shop: Shop) -> None:
        self.reads: Counter[str] = Counter()
        self.checkouts: Counter[str] = Counter()
        self.bought = 0
        self.stopped = False
        self.carts = carts(shop, CARTS)
        self._left = iter(self.carts)
        self._shop = shop

    async def read(self) -> None:
        """Read a product again and again."""
        path = product_path(self._shop)
        wire = Wire(self._shop.port)
        while not self.stopped:
            try:
                answer = await wire.ask("GET", path)
            except (OSError, EOFError, TimeoutError) as error:
                self.reads[repr(error)] += 1
            else:
                self.reads[str(answer.status)] += 1
        wire.close()

    async def buy(self) -> None:
        """Check out one cart after the other."""
        wire = Wire(self._shop.port)
        for cart in self._left:
            if self.stopped:
                break
            await self._check_out(wire, cart)
        wire.close()

    async def _check_out(self, wire: Wire, cart: Any) -> None:
        key = {"Idempotency-Key": secrets.token_hex(16), "Content-Type": "application/json"}
        for _ in range(60):
            path = f"/api/v1/carts/{cart.id}/checkout"
            answer = await wire.ask("POST", path, body=ORDER, headers={**cart.headers, **key})
            self.checkouts[str(answer.status)] += 1
            if answer.status == 201:
                self.bought += 1
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"a checkout never came to its end: {answer}")


@check("gateway failover", seconds=90, ways=(NAME,))
async def an_api_dies(shop: Shop) -> str:
    """One api after the other is killed under load: every GET is 200 and whole, and no cart is checked out twice."""
    crowd = Crowd(shop)
    at_work = [asyncio.create_task(crowd.read()) for _ in range(READERS)]
    at_work += [asyncio.create_task(crowd.buy()) for _ in range(BUYERS)]
    try:
        for number in (0, 1):
            await _until_read(crowd, 100)
            old = _pid(shop, number)
            os.killpg(old, signal.SIGKILL)
            await _until_read(crowd, 100)
            await until(lambda: _pid(shop, number) != old, "the api started again")  # noqa: B023 - awaited here
            await _until_ready(ports(shop).apis[number])
            await _until_asked(shop, ports(shop).apis[number])
        await _until_read(crowd, 100)
    finally:
        crowd.stopped = True
        await asyncio.gather(*at_work)
    failed = Counter(line["upstream"] for line in access_log(shop) if line["status"] == "502")
    assert set(crowd.reads) == {"200"}, f"reads: {dict(crowd.reads)}, 502 by {dict(failed)}"
    assert set(crowd.checkouts) <= {"201", "409", "502", "503"}, dict(crowd.checkouts)
    made = rows(shop.database, "SELECT cart_id, count(*) AS made FROM purchase GROUP BY cart_id")
    purchases = Counter({row.cart_id: row.made for row in made})
    counted = sorted(purchases[cart.id] for cart in crowd.carts)
    assert counted == [0] * (CARTS - crowd.bought) + [1] * crowd.bought, Counter(counted)
    return f"{crowd.reads['200']} reads, {crowd.bought} checkouts ({dict(crowd.checkouts)})"


def _pid(shop: Shop, number: int) -> int:
    return int((shop.folder / f"api-{number}" / "pid").read_text(encoding="ascii"))


async def _until_read(crowd: Crowd, more: int) -> None:
    enough = crowd.reads["200"] + more
    await until(
        lambda: crowd.reads["200"] >= enough, f"{more} more reads: {crowd.reads}", START_SECONDS
    )


async def _until_asked(shop: Shop, port: int) -> None:
    """Return when NGINX asks that api again: for up to two seconds after its return it is still left out."""
    seen = len(access_log(shop))

    def asks() -> bool:
        return any(line["upstream"].endswith(f":{port}") for line in access_log(shop)[seen:])

    await until(asks, "NGINX asks the api that has returned", START_SECONDS)


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            with suppress(OSError, AssertionError):
                if (await one(port, asked("GET", "/readyz"))).status == 200:
                    return
            await asyncio.sleep(0.1)
