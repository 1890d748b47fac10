"""Columns that a later version adds are nothing to the functions of this one, in sessions that used them before."""

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import filled_cart, guest_cart, on_sale, rows
from tests.orders.sales import check_out
from tests.support.asgi import running


@pytest.mark.parametrize("kind", ["text", "boolean NOT NULL DEFAULT false"])
async def test_new_columns_do_not_disturb(fresh_database, make_settings, kind):
    milk = on_sale(fresh_database)

    async def shop(client):
        cart = guest_cart(fresh_database)
        url = f"/api/v1/carts/{cart.id}/items/{milk.code}"
        put = await client.put(url, json={"quantity": "1"}, headers=cart.headers)
        made = await check_out(client, filled_cart(fresh_database, (milk, 1)))
        assert (put.status_code, made.status_code) == (200, 201)

    settings = make_settings(fresh_database, database={"pool_size": 1})
    async with running(create_asgi_app(create_app(settings))) as app:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            await shop(client)
            for table in ("cart", "cart_item", "product", "stock", "purchase", "purchase_line"):
                rows(fresh_database, f"ALTER TABLE {table} ADD COLUMN later {kind}")
                await shop(client)
