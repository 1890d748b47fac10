"""Pickers against who cancels, of two workers that know nothing of each other: one of them wins, and all adds up."""

import asyncio
from collections import Counter

import httpx

from app.commands.consistency import breaches, snapshot
from tests.builders import clerk, customer, on_sale, value
from tests.orders.picking.steps import API, came, claim, instead, pick
from tests.orders.sales import bought
from tests.support.servers import shop_server

PURCHASES = 30


def cancel(client, purchase, headers):
    url = f"{API}/purchases/{purchase['id']}/cancel"
    return client.post(url, json={"reason": "not wanted"}, headers=headers)


def lines_of(purchase, milk, ham, oats):
    """Return something else of everything."""
    return (
        came(purchase, milk, "1", substitutes=[instead(oats, "1")], agreed=True),
        came(purchase, ham, "1.050"),
        came(purchase, oats, "1", substitutes=[instead(milk, "1")], agreed=True),
    )


async def test_pick_against_cancel(fresh_database, tmp_path):
    """Each begins with other goods than the one before: in one order, so that nobody waits in a ring."""
    goods = [on_sale(fresh_database, stock=500, unit=unit) for unit in ("piece", "kg", "piece")]
    owner, who, other = customer(fresh_database), clerk(fresh_database), clerk(fresh_database)
    began: Counter[frozenset[str]] = Counter()
    ended: Counter[tuple[int, int]] = Counter()
    with shop_server(fresh_database, tmp_path / "log", workers=2) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:

            async def one(number: int) -> None:
                items = list(zip(goods, (3, "1.000", 2), strict=True))[:: 1 if number % 2 else -1]
                purchase = await bought(client, fresh_database, *items, owner=owner)
                both = await asyncio.gather(
                    claim(client, who, purchase), cancel(client, purchase, owner.headers)
                )
                began[frozenset(answer.json().get("code", "done") for answer in both)] += 1
                if not both[0].is_error:
                    first, second = await asyncio.gather(
                        pick(client, who, purchase, *lines_of(purchase, *goods)),
                        cancel(client, purchase, other.headers),
                    )
                    ended[first.status_code, second.status_code] += 1

            await asyncio.gather(*(one(number) for number in range(PURCHASES)))
    assert began.keys() <= {
        frozenset({"done", "picking_began"}),
        frozenset({"done", "purchase_ended"}),
    }
    # Staff cancels what is ready, too.
    assert ended.keys() <= {(409, 200), (200, 200)}
    assert value(fresh_database, "SELECT sum(allocated) FROM stock_level") == 0
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
