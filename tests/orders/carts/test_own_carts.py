"""A customer has one open cart, and finds it again."""

import asyncio
from datetime import UTC, datetime, timedelta

from app.core.web.paging import Page
from app.orders.carts.schemas import Cart, OpenedCart
from tests.builders import customer, filled_cart, on_sale, rows, unique, value
from tests.orders.sales import at_once, check_out
from tests.support.locks import transaction, until_blocked

CARTS = "/api/v1/carts"


def ends(database, cart, **ago):
    rows(
        database,
        "UPDATE cart SET expires_at = %(at)s WHERE id = %(id)s",
        at=datetime.now(UTC) - timedelta(**ago),
        id=cart.id,
    )


class TestOpen:
    async def test_answers_with_the_one_that_is_open(self, client, database):
        who = customer(database)
        first = await client.post(CARTS, headers=who.headers)
        assert first.status_code == 201
        item = {"product": on_sale(database).code}
        await client.post(f"{first.headers['Location']}/items", json=item, headers=who.headers)
        again = await client.post(CARTS, headers=who.headers)
        assert (again.status_code, again.headers["Location"]) == (200, first.headers["Location"])
        found = OpenedCart.model_validate_json(again.content)
        assert (found.token, len(found.items), found.ready) == (None, 1, True)

    async def test_keeps_it(self, client, database):
        who = customer(database)
        filled_cart(database, owner=who, hours=1)
        answer = await client.post(CARTS, headers=who.headers)
        until = datetime.fromisoformat(answer.json()["expires_at"])
        assert until > datetime.now(UTC) + timedelta(days=6)

    async def test_makes_one_for_many_who_ask_at_once(self, client, database):
        who = customer(database)
        answers = await at_once(*(client.post(CARTS, headers=who.headers) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1

    async def test_waits_for_who_is_opening_one(self, client, database):
        who = customer(database)
        async with transaction(database) as other:
            other.execute("SELECT (cart).id FROM open_cart_of(%s, 7)", [who.customer_id])
            ((first,),) = other.fetchall()
            late = asyncio.create_task(client.post(CARTS, headers=who.headers))
            await until_blocked(database, late)
        answer = await late
        assert (answer.status_code, answer.json()["id"]) == (200, str(first))

    async def test_finds_none_that_goes_meanwhile(self, client, database):
        who = customer(database)
        first = filled_cart(database, owner=who)
        async with transaction(database) as other:
            other.execute("DELETE FROM cart WHERE id = %s", [str(first.id)])
            late = asyncio.create_task(client.post(CARTS, headers=who.headers))
            await until_blocked(database, late)
        assert (await late).status_code == 201

    async def test_has_another_behind_the_one_that_was_bought_or_ended(self, client, database):
        who = customer(database)
        assert (
            await check_out(client, filled_cart(database, (on_sale(database), 1), owner=who))
        ).status_code == 201
        ends(database, filled_cart(database, owner=who), seconds=1)
        assert (await client.post(CARTS, headers=who.headers)).status_code == 201

    async def test_of_several_finds_the_one_used_last_that_something_is_in(self, client, database):
        """As the version before makes them while it still serves."""
        who, milk = customer(database), on_sale(database)
        filled_cart(database, (milk, 1), owner=who, hours=1)
        used = filled_cart(database, (milk, 1), owner=who, hours=2)
        filled_cart(database, owner=who, hours=3)
        assert (await client.post(CARTS, headers=who.headers)).json()["id"] == str(used.id)

    async def test_answers_a_repeated_key_as_before(self, client, database):
        headers = customer(database).headers | {"Idempotency-Key": unique()}
        answers = [await client.post(CARTS, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]


class TestList:
    async def test_is_of_ones_own_the_newest_first(self, client, database):
        who, milk = customer(database), on_sale(database)
        bought = filled_cart(database, (milk, 1), owner=who)
        assert (await check_out(client, bought)).status_code == 201
        ends(database, filled_cart(database, (milk, 1), owner=who), seconds=1)
        current = filled_cart(database, (milk, 2), owner=who)
        filled_cart(database, (milk, 1), owner=customer(database))
        answer = await client.get(CARTS, headers=who.headers)
        found = Page[Cart].model_validate_json(answer.content)
        assert [(cart.id, cart.status) for cart in found.items] == [
            (current.id, "open"),
            (bought.id, "checked_out"),
        ]
        one = await client.get(f"{CARTS}/{current.id}", headers=who.headers)
        assert answer.json()["items"][0] == one.json()

    async def test_comes_in_pages(self, client, database):
        who = customer(database)
        made = [filled_cart(database, owner=who) for _ in range(3)]
        seen, cursor = [], ""
        while cursor is not None:
            answer = await client.get(f"{CARTS}?limit=1{cursor}", headers=who.headers)
            seen += [cart["id"] for cart in answer.json()["items"]]
            following = answer.json()["next"]
            cursor = following and f"&cursor={following}"
        assert seen == [str(cart.id) for cart in reversed(made)]

    async def test_is_empty_without_any(self, client, database):
        who = customer(database)
        assert (await client.get(CARTS, headers=who.headers)).json() == {"items": [], "next": None}
        query = "SELECT count(*) FROM cart WHERE customer_id = %(id)s"
        assert value(database, query, id=who.customer_id) == 0
