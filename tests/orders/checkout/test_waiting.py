"""Who waited for a lock goes on with what is true behind it, not with what was true before."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2

from tests.builders import (
    allocated,
    customer,
    filled_cart,
    guest_cart,
    level_of,
    on_sale,
    rows,
    stock_of,
    stocked,
    today,
    value,
)
from tests.orders.sales import check_out, conflict
from tests.support.locks import transaction, until_blocked

LOCK_CART = "SELECT FROM cart WHERE id = %s FOR UPDATE"
PUT_IN = "INSERT INTO cart_item (cart_id, product_id, quantity) VALUES (%s, %s, 1)"
LOCK_LEVEL = "SELECT FROM stock_level WHERE product_id = %s FOR UPDATE"


def put(client, cart, product, quantity="1"):
    url = f"/api/v1/carts/{cart.id}/items/{product.code}"
    return client.put(url, json={"quantity": quantity}, headers=cart.headers)


class TestCart:
    async def test_what_was_put_in_meanwhile_is_bought(self, client, database):
        milk, ham = on_sale(database), on_sale(database)
        cart = filled_cart(database, (milk, 1))
        async with transaction(database) as cursor:
            cursor.execute(LOCK_CART, (cart.id,))
            cursor.execute(PUT_IN, (cart.id, ham.id))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
        lines = {line["product"] for line in (await made).json()["lines"]}
        assert lines == {milk.code, ham.code}

    async def test_and_what_was_taken_out_is_not(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        async with transaction(database) as cursor:
            cursor.execute(LOCK_CART, (cart.id,))
            cursor.execute("DELETE FROM cart_item WHERE cart_id = %s", (cart.id,))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
        conflict(await made, "empty_cart")

    async def test_what_is_put_in_shows_what_was_put_in_meanwhile(self, client, database):
        milk, ham = on_sale(database), on_sale(database)
        cart = guest_cart(database)
        async with transaction(database) as cursor:
            cursor.execute(LOCK_CART, (cart.id,))
            cursor.execute(PUT_IN, (cart.id, ham.id))
            changed = asyncio.create_task(put(client, cart, milk))
            await until_blocked(database, changed)
        codes = {item["product"]["code"] for item in (await changed).json()["items"]}
        assert codes == {milk.code, ham.code}

    async def test_that_became_a_purchase_takes_nothing(self, client, database):
        milk, ham = on_sale(database), on_sale(database, stock=1)
        cart = filled_cart(database, (ham, 1))
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (ham.id,))
            # It holds the cart, and waits for the ham.
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
            changed = asyncio.create_task(put(client, cart, milk))
            await until_blocked(database, made, changed)
        conflict(await changed, "checked_out")
        assert (await changed).headers["Location"] == (await made).headers["Location"]

    async def test_that_is_gone_is_missing(self, client, database):
        milk, who = on_sale(database), customer(database)
        for request in (check_out, lambda client, cart: put(client, cart, milk)):
            cart = filled_cart(database, owner=who)
            async with transaction(database) as cursor:
                cursor.execute("DELETE FROM cart WHERE id = %s", (cart.id,))
                asked = asyncio.create_task(request(client, cart))
                await until_blocked(database, asked)
            assert (await asked).status_code == 404

    async def test_a_deleted_customer_does_not_collide_with_a_checkout(self, client, database):
        who = customer(database)
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1), owner=who)
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (milk.id,))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
            deleted = "SELECT FROM cart WHERE customer_id = %s FOR KEY SHARE NOWAIT"
            cursor.execute(deleted, (who.customer_id,))
        assert (await made).status_code == 201


class TestStock:
    async def test_lots_are_seen_as_they_are_then(self, client, database):
        milk = on_sale(database, stock=None)
        tomorrow = today(database) + timedelta(days=1)
        first, second = stocked(database, milk, 1, expires_on=tomorrow), stocked(database, milk, 5)
        cart = filled_cart(database, (milk, 2))
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (milk.id,))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
            for table, column, key in (
                ("stock", "id", first.id),
                ("stock_level", "product_id", milk.id),
            ):
                cursor.execute(
                    f"UPDATE {table} SET allocated = allocated + 1 WHERE {column} = %s", (key,)
                )
        assert (await made).status_code == 201
        assert [stock_of(database, lot).allocated for lot in (first, second)] == [1, 2]

    async def test_what_was_sold_meanwhile_is_out_of_stock(self, client, database):
        milk, ham = on_sale(database, stock=3), on_sale(database)
        cart = filled_cart(database, (ham, 1), (milk, 2))
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (milk.id,))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
            cursor.execute(
                "UPDATE stock SET allocated = allocated + 2 WHERE product_id = %s", (milk.id,)
            )
            cursor.execute(
                "UPDATE stock_level SET allocated = allocated + 2 WHERE product_id = %s", (milk.id,)
            )
        problem = conflict(await made, "out_of_stock")
        assert problem["items"] == [
            {"product": milk.code, "requested": "2.000", "available": "1.000"}
        ]
        assert level_of(database, ham).allocated == 0

    async def test_what_is_sold_out_is_not_waited_for(self, client, database):
        milk = on_sale(database, stock=2)
        allocated(
            database,
            rows(database, "SELECT * FROM stock WHERE product_id = %(id)s", id=milk.id)[0],
            2,
        )
        async with transaction(database) as cursor:
            cursor.execute(LOCK_LEVEL, (milk.id,))
            answer = await check_out(client, filled_cart(database, (milk, 1)))
        conflict(answer, "out_of_stock")

    async def test_a_collision_is_tried_again(self, client, cluster, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        # Only a superuser may be so patient that it is the checkout's first attempt which PostgreSQL ends.
        url = cluster.server.url("postgres", database.name)
        with closing(psycopg2.connect(url, options="-c deadlock_timeout=30s")) as other:
            cursor = other.cursor()
            cursor.execute(LOCK_LEVEL, (milk.id,))
            made = asyncio.create_task(check_out(client, cart))
            await until_blocked(database, made)
            await asyncio.to_thread(cursor.execute, LOCK_CART, (cart.id,))
            other.commit()
        assert (await made).status_code == 201
        assert level_of(database, milk).allocated == 1


class TestTime:
    async def test_a_cart_in_use_is_not_written_anew_each_time(self, client, database):
        milk, cart = on_sale(database), guest_cart(database)
        for ago, moved in ((timedelta(minutes=30), False), (timedelta(minutes=90), True)):
            ends = datetime.now(UTC) + timedelta(days=7) - ago
            rows(
                database,
                "UPDATE cart SET expires_at = %(at)s WHERE id = %(id)s",
                at=ends,
                id=cart.id,
            )
            answer = await put(client, cart, milk)
            found = value(database, "SELECT expires_at FROM cart WHERE id = %(id)s", id=cart.id)
            assert datetime.fromisoformat(answer.json()["expires_at"]) == found
            assert (found > ends) is moved
