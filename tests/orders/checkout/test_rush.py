"""A coupon of ten uses, and two thousand who want it."""

import asyncio
from collections import Counter

import httpx

from app.commands.consistency import breaches, snapshot
from app.core.web.security import hash_token
from app.factory import create_app, create_asgi_app
from tests.builders import bearer, coupon, on_sale, rows, value
from tests.orders.sales import GUEST
from tests.support.asgi import running

SHOPPERS, USES, AT_ONCE = 2000, 10, 64

_CARTS = """
    WITH made AS (
        INSERT INTO cart (token_hash, coupon_id, expires_at)
        SELECT t, %(coupon)s, now() + interval '1 day' FROM unnest(%(hashes)s::bytea[]) t
        RETURNING id, token_hash
    ), filled AS (
        INSERT INTO cart_item (cart_id, product_id, quantity) SELECT id, %(product)s, 1 FROM made
    )
    SELECT id::text, token_hash FROM made
"""


async def test_a_coupon_is_never_redeemed_more_often_than_it_may(fresh_database, make_settings):
    settings = make_settings(fresh_database, database={"acquire_timeout": 60.0})
    bread = on_sale(fresh_database, stock=SHOPPERS, price="2.50")
    made = coupon(fresh_database, uses=USES)
    tokens = {hash_token(token): token for token in (f"ogs_c_{n}" for n in range(SHOPPERS))}
    carts = [
        (row.id, bearer(tokens[bytes(row.token_hash)]))
        for row in rows(
            fresh_database, _CARTS, coupon=made.id, product=bread.id, hashes=list(tokens)
        )
    ]
    answers: Counter[tuple[int, str]] = Counter()

    async def shopper(client: httpx.AsyncClient) -> None:
        while carts:
            cart, headers = carts.pop()
            answer = await client.post(
                f"/api/v1/carts/{cart}/checkout", json=GUEST, headers=headers
            )
            said = answer.json()
            answers[answer.status_code, said.get("reason") or said["total"]] += 1

    async with running(create_asgi_app(create_app(settings))) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            await asyncio.gather(*(shopper(client) for _ in range(AT_ONCE)))
    assert answers == {(201, "1.50"): USES, (409, "used_up"): SHOPPERS - USES}
    used = "SELECT used FROM coupon WHERE id = %(id)s"
    assert value(fresh_database, used, id=made.id) == USES
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
