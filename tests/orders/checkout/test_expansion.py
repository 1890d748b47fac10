"""Servers of two versions on one database: what a later one adds is nothing to this one, and what one before calls is there."""

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import filled_cart, guest_cart, on_sale, rows, value
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


async def test_the_version_before_fills_carts(database):
    """It knows neither reduced goods nor the key of the lines that came with them."""
    cart, milk = guest_cart(database), on_sale(database)
    put = "SELECT outcome FROM put_cart_line(%(cart)s, %(code)s, %(quantity)s, NULL, %(adding)s, 99, 7, 9)"
    for quantity, adding in ((2, False), (3, False), (1, True)):
        terms = {"cart": cart.id, "code": milk.code, "quantity": quantity, "adding": adding}
        assert value(database, put, **terms) == "put"
    (line,) = rows(database, "SELECT * FROM cart_item WHERE cart_id = %(id)s", id=cart.id)
    assert (line.product_id, line.quantity, line.best_before) == (milk.id, 4, None)
