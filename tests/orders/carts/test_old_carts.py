"""A cart goes some days after its checkout; the purchase, and the guest's way to it, stay."""

import asyncio
from datetime import timedelta

import psycopg2
import pytest

from app.core.wiring import wired
from app.orders.carts.service import Carts
from app.orders.purchases.service import Purchases
from tests.builders import customer, filled_cart, on_sale, rows, unique, value
from tests.orders.sales import GUEST, check_out

CARTS, PURCHASES = "/api/v1/carts", "/api/v1/purchases"
DAY = 24
ALL = 1000
TERM = timedelta(days=7)
LINK_TERM = timedelta(days=90)
# More than what a day may be longer or shorter by.
MOMENT = timedelta(hours=2)


@pytest.fixture
def carts(shop, application) -> Carts:
    with application.app_context():
        return wired(Carts)


async def bought_ago(client, database, ago, owner=None, **headers):
    """Return a cart of the guest's or `owner`'s, checked out so long ago, and the purchase's JSON."""
    cart = filled_cart(database, (on_sale(database), 1), owner=owner)
    url = f"{CARTS}/{cart.id}/checkout"
    made = await client.post(url, json=GUEST, headers=cart.headers | headers)
    assert made.status_code == 201, made.text
    age(database, made.json()["id"], ago)
    answer = await client.get(f"{PURCHASES}/{made.json()['id']}", headers=cart.headers)
    return cart, answer.json() if answer.status_code == 200 else made.json()


@pytest.fixture
def purchases(shop, application) -> Purchases:
    with application.app_context():
        return wired(Purchases)


def end(database, purchase, how, ago):
    """Have a purchase be `collected` or `cancelled` so long ago."""
    query = f"UPDATE purchase SET status = %(how)s, {how}_at = now() - %(ago)s WHERE id = %(id)s"
    rows(database, query, how=how, ago=ago, id=purchase["id"])


def age(database, purchase, ago):
    query = "UPDATE purchase SET placed_at = now() - %(ago)s WHERE id = %(id)s"
    rows(database, query, ago=ago, id=purchase)


def left(database, cart):
    """Return how many rows there are of the cart and of its items."""
    query = """
        SELECT (SELECT count(*) FROM cart WHERE id = %(id)s) AS carts,
               (SELECT count(*) FROM cart_item WHERE cart_id = %(id)s) AS items
    """
    (found,) = rows(database, query, id=cart.id)
    return found.carts, found.items


class TestDeleteCheckedOut:
    async def test_takes_the_cart_and_leaves_the_purchase_as_it_is(self, client, database, carts):
        known = customer(database)
        for owner in (None, known):
            cart, purchase = await bought_ago(client, database, TERM + MOMENT, owner)
            assert await carts.delete_checked_out_carts(ALL, DAY) >= 1
            assert left(database, cart) == (0, 0)
            answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=cart.headers)
            assert answer.json() == purchase

    async def test_leaves_a_customer_who_has_bought(self, client, database, carts):
        who = customer(database)
        await bought_ago(client, database, TERM + MOMENT, who)
        await carts.delete_checked_out_carts(ALL, DAY)
        url = f"/api/v1/customers/{who.customer_id}"
        answer = await client.delete(url, headers=who.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")

    async def test_leaves_it_there_for_its_term(self, client, database, carts):
        cart, purchase = await bought_ago(client, database, TERM - MOMENT)
        await carts.delete_checked_out_carts(ALL, DAY)
        assert left(database, cart) == (1, 1)
        found = await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)
        assert (found.json()["status"], found.json()["purchase"]) == ("checked_out", purchase["id"])
        again = await check_out(client, cart)
        assert (again.status_code, again.json()["code"]) == (409, "checked_out")
        assert again.headers["Location"] == f"{PURCHASES}/{purchase['id']}"

    async def test_not_while_the_answer_to_the_checkout_is_kept(self, client, database, carts):
        key = {"Idempotency-Key": unique()}
        cart, purchase = await bought_ago(client, database, timedelta(days=8), **key)
        await carts.delete_checked_out_carts(ALL, 9 * DAY)
        again = await client.post(
            f"{CARTS}/{cart.id}/checkout", json=GUEST, headers=cart.headers | key
        )
        assert (again.status_code, again.json()["id"]) == (201, purchase["id"])
        assert again.headers["Idempotency-Replayed"] == "true"

    async def test_no_more_than_asked_and_the_oldest_first(self, client, database, carts):
        made = [
            (await bought_ago(client, database, TERM + days * timedelta(days=1)))[0]
            for days in (900, 1000, 950)
        ]
        assert await carts.delete_checked_out_carts(2, DAY) == 2
        assert [left(database, cart) for cart in made] == [(1, 1), (0, 0), (0, 0)]

    async def test_leaves_what_somebody_is_at_work_on(self, client, database, carts):
        cart, purchase = await bought_ago(client, database, TERM + MOMENT)
        with psycopg2.connect(database.owner_url) as other, other.cursor() as cursor:
            cursor.execute("SELECT FROM purchase WHERE id = %s FOR UPDATE", [purchase["id"]])
            await carts.delete_checked_out_carts(ALL, DAY)
        other.close()
        assert left(database, cart) == (1, 1)

    async def test_twice_at_once(self, client, database, carts):
        made = [(await bought_ago(client, database, TERM + MOMENT))[0] for _ in range(3)]
        done = await asyncio.gather(
            *(carts.delete_checked_out_carts(ALL, DAY) for _ in range(2)),
        )
        assert sum(done) >= len(made)
        assert {left(database, cart) for cart in made} == {(0, 0)}


class TestTheGuestsToken:
    async def test_opens_nothing_but_the_purchase_then(self, client, database, carts):
        cart, purchase = await bought_ago(client, database, TERM + MOMENT)
        _, others = await bought_ago(client, database, TERM + MOMENT)
        await carts.delete_checked_out_carts(ALL, DAY)
        url = f"{CARTS}/{cart.id}"
        key = {"Idempotency-Key": unique()}
        answers = [
            await client.get(url, headers=cart.headers),
            await client.post(f"{url}/checkout", json=GUEST, headers=cart.headers | key),
            await client.get(f"{PURCHASES}/{others['id']}", headers=cart.headers),
            await client.get(f"{PURCHASES}/{cart.id}", headers=cart.headers),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=cart.headers)
        assert answer.status_code == 200

    @pytest.mark.parametrize("has_gone", [False, True], ids=["with its cart", "without"])
    @pytest.mark.parametrize("how", ["collected", "cancelled"])
    async def test_ends_some_days_after_the_purchase(self, client, database, carts, has_gone, how):
        cart, purchase = await bought_ago(client, database, LINK_TERM + MOMENT)
        if has_gone:
            await carts.delete_checked_out_carts(ALL, DAY)
        url = f"{PURCHASES}/{purchase['id']}"
        assert (await client.get(url, headers=cart.headers)).status_code == 200
        end(database, purchase, how, LINK_TERM - MOMENT)
        assert (await client.get(url, headers=cart.headers)).status_code == 200
        end(database, purchase, how, LINK_TERM + MOMENT)
        answer = await client.get(url, headers=cart.headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")

    async def test_is_forgotten_then(self, client, database, purchases):
        kept, gone = [(await bought_ago(client, database, MOMENT))[1] for _ in range(2)]
        placed = (await bought_ago(client, database, LINK_TERM + MOMENT))[1]
        end(database, kept, "collected", LINK_TERM - MOMENT)
        end(database, gone, "cancelled", LINK_TERM + MOMENT)
        assert await purchases.end_links(ALL) >= 1
        query = "SELECT version, token_hash IS NULL AS forgotten FROM purchase WHERE id = %(id)s"
        found = [rows(database, query, id=each["id"])[0] for each in (kept, gone, placed)]
        assert [row.forgotten for row in found] == [False, True, False]
        assert found[0].version == found[1].version

    async def test_is_kept_as_a_hash_that_a_customers_purchase_has_not(self, client, database):
        query = "SELECT token_hash FROM purchase WHERE id = %(id)s"
        cart, purchase = await bought_ago(client, database, MOMENT)
        assert value(database, query, id=purchase["id"]) == cart.token_hash
        _, purchase = await bought_ago(client, database, MOMENT, customer(database))
        assert value(database, query, id=purchase["id"]) is None
