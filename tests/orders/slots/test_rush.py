"""A slot of twenty places, and five hundred who want it, of two workers that know nothing of each other."""

import asyncio
from collections import Counter

import httpx

from app.commands.consistency import breaches, snapshot
from app.core.web.security import hash_token
from tests.builders import as_clerk, bearer, on_sale, rows, value
from tests.orders.sales import GUEST
from tests.orders.slots.conftest import EVERY_DAY
from tests.support.servers import shop_server

SHOPPERS, PLACES, AT_ONCE = 500, 20, 50

_CARTS = """
    WITH made AS (
        INSERT INTO cart (token_hash, expires_at)
        SELECT t, now() + interval '1 day' FROM unnest(%(hashes)s::bytea[]) t
        RETURNING id, token_hash
    ), filled AS (
        INSERT INTO cart_item (cart_id, product_id, quantity) SELECT id, %(product)s, 1 FROM made
    )
    SELECT id::text, token_hash FROM made
"""
# All of them are guests of one address and one telephone number.
NO_BOUNDS = {
    "OGS_SECURITY__GUEST_CHECKOUTS_PER_ADDRESS": "0",
    "OGS_SHOP__GUEST_UNPAID_PURCHASES": "0",
    "OGS_SHOP__GUEST_UNPAID_SHARE": "1",
}


async def test_a_slot_is_never_fuller_than_it_may_be(fresh_database, tmp_path):
    bread = on_sale(fresh_database, stock=SHOPPERS)
    tokens = {hash_token(token): token for token in (f"ogs_c_{n}" for n in range(SHOPPERS))}
    made = rows(fresh_database, _CARTS, product=bread.id, hashes=list(tokens))
    carts = [(row.id, bearer(tokens[bytes(row.token_hash)])) for row in made]
    answers: Counter[tuple[int, str | None]] = Counter()

    with shop_server(fresh_database, tmp_path / "log", workers=2, env=NO_BOUNDS) as server:
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as client:
            plan = {"patterns": [EVERY_DAY[0] | {"capacity": PLACES}]}
            headers = as_clerk(fresh_database)
            said = await client.put("/api/v1/slots/plan", json=plan, headers=headers)
            assert said.status_code == 200, said.text
            slot = (await client.get("/api/v1/slots")).json()["slots"][30]["start"]

            async def shopper() -> None:
                while carts:
                    cart, headers = carts.pop()
                    answer = await client.post(
                        f"/api/v1/carts/{cart}/checkout",
                        json=GUEST | {"slot": slot},
                        headers=headers,
                    )
                    answers[answer.status_code, answer.json().get("code")] += 1

            await asyncio.gather(*(shopper() for _ in range(AT_ONCE)))
    assert answers == {(201, None): PLACES, (409, "slot_full"): SHOPPERS - PLACES}
    assert value(fresh_database, "SELECT taken FROM slot") == PLACES
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
