"""Two workers that know nothing of each other sell the last of something at many tills at once."""

import asyncio

import httpx

from app.commands.consistency import breaches, snapshot
from tests.builders import as_clerk, deposit, on_sale, value
from tests.orders.counter.counting import SALES, SESSIONS
from tests.support.servers import shop_server

SALES_AT_ONCE = 12


async def test_what_lies_on_two_counters_is_sold_at_both(fresh_database, tmp_path):
    last, other = on_sale(fresh_database, stock=1), on_sale(fresh_database, stock=2)
    bottle = deposit(fresh_database)
    with shop_server(fresh_database, tmp_path / "log", workers=2) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            headers = as_clerk(fresh_database)
            for till in ("front", "back"):
                opening = {"till": till, "float": "10.00"}
                assert (await client.post(SESSIONS, json=opening, headers=headers)).is_success

            async def sell(place: int) -> httpx.Response:
                goods = [{"product": each.code} for each in (last, other)]
                body = {
                    # In either order: whoever locks, locks in one.
                    "lines": goods if place % 2 else goods[::-1],
                    "deposits_returned": [{"deposit": bottle.code, "quantity": "1"}],
                    "till": ("front", "back")[place // 2 % 2],
                }
                return await client.post(SALES, json=body, headers=headers)

            answers = await asyncio.gather(*(sell(place) for place in range(SALES_AT_ONCE)))
    assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers]
    numbers = sorted(answer.json()["number"].rpartition("-")[2] for answer in answers)
    assert numbers == sorted(2 * [f"{n:06}" for n in range(1, SALES_AT_ONCE // 2 + 1)])
    query = "SELECT sum(quantity) FROM uncounted"
    assert value(fresh_database, query) == 2 * SALES_AT_ONCE - 3
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
