"""Everything that happens to purchases, at once and in any order; then the books must add up."""

import asyncio
import random
from datetime import timedelta

import httpx

from app.commands.consistency import breaches, snapshot
from app.factory import create_app, create_asgi_app
from tests.builders import as_clerk, filled_cart, on_sale, rows, stocked, today
from tests.orders.sales import GUEST
from tests.support.asgi import running

SHOPPERS = 60


class Till:
    """A clerk who does with purchases whatever comes to mind, and notes the answers."""

    def __init__(self, client, headers, chance):
        self.client, self.headers, self.chance = client, headers, chance
        self.answers = []

    async def post(self, path, body=None, headers=None):
        answer = await self.client.post(path, json=body, headers=headers or self.headers)
        self.answers.append(answer)
        return answer

    async def serve(self, cart):
        made = await self.post(f"/api/v1/carts/{cart.id}/checkout", GUEST, cart.headers)
        if made.status_code != 201:
            return
        url, total = made.headers["Location"], made.json()["total"]
        lines = made.json()["lines"]
        await asyncio.gather(
            self.post(f"{url}/payments", {"amount": total, "method": "card"}),
            self.post(f"{url}/cancel", {"reason": "x"})
            if self.chance.random() < 0.3
            else self.post(f"{url}/payments", {"amount": total, "method": "cash"}),
        )
        await asyncio.gather(self.post(f"{url}/collect"), self.post(f"{url}/collect"))
        line = self.chance.choice(lines)
        back = {"line": line["id"], "quantity": line["quantity"]}
        goods = self.chance.choice(["restock", "waste", "none"])
        refunds = [
            {"amount": "0.01", "reason": "x", "returned": [back]},
            {"reason": "x", "lines": [{**back, "goods": goods}]},
        ]
        await asyncio.gather(*(self.post(f"{url}/refunds", refund) for refund in refunds * 2))


async def test_the_books_add_up(fresh_database, make_settings):
    # Many wait for few connections, on a slow machine for long.
    patient = make_settings(fresh_database, database={"acquire_timeout": 60.0})
    chance = random.Random(20260301)
    day = today(fresh_database)
    shelf = [on_sale(fresh_database, stock=15) for _ in range(5)]
    for product in shelf:
        for days in (-1, 0, 3):
            stocked(fresh_database, product, 6, expires_on=day + timedelta(days=days))
    carts = [
        filled_cart(
            fresh_database,
            *((p, chance.randint(1, 4)) for p in chance.sample(shelf, chance.randint(1, 5))),
        )
        for _ in range(SHOPPERS)
    ]
    async with running(create_asgi_app(create_app(patient))) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            till = Till(client, as_clerk(fresh_database), chance)
            await asyncio.gather(*(till.serve(cart) for cart in carts))
    assert {answer.status_code for answer in till.answers} == {200, 201, 409}
    ended = rows(fresh_database, "SELECT status, count(*) FROM purchase GROUP BY status")
    assert {row.status for row in ended} == {"collected", "cancelled"}
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
