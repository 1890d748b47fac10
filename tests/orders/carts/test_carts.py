import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.orders.carts.schemas import Cart, OpenedCart
from tests.builders import (
    allocated,
    as_clerk,
    as_customer,
    bearer,
    customer,
    discount,
    filled_cart,
    guest_cart,
    on_sale,
    rows,
    stocked,
    today,
    value,
)
from tests.orders.sales import check_out, conflict, invalid

CARTS = "/api/v1/carts"
NOBODYS = f"{CARTS}/{uuid.UUID(int=0)}"


def item(cart, product) -> str:
    return f"{CARTS}/{cart.id}/items/{product.code}"


def items_of(database, cart):
    query = "SELECT product_id, quantity FROM cart_item WHERE cart_id = %(id)s ORDER BY added_at"
    return [(row.product_id, row.quantity) for row in rows(database, query, id=cart.id)]


class TestOpen:
    async def test_a_guest_gets_a_token_that_opens_it(self, client, database):
        answer = await client.post(CARTS)
        assert answer.status_code == 201
        made = OpenedCart.model_validate_json(answer.content)
        assert (made.status, made.items, made.total, made.purchase) == ("open", [], 0, None)
        assert made.token
        assert answer.headers["Location"] == f"{CARTS}/{made.id}"
        again = await client.get(answer.headers["Location"], headers=bearer(made.token))
        assert again.json()["id"] == str(made.id)
        assert "token" not in again.json()

    async def test_only_the_tokens_hash_is_kept(self, client, database):
        made = (await client.post(CARTS)).json()
        (row,) = rows(database, "SELECT * FROM cart WHERE id = %(id)s", id=made["id"])
        assert made["token"].encode() not in bytes(row.token_hash)
        assert len(row.token_hash) == 32

    async def test_a_customers_has_no_token(self, client, database):
        who = customer(database)
        answer = await client.post(CARTS, headers=who.headers)
        assert answer.status_code == 201
        assert "token" not in answer.json()
        (row,) = rows(database, "SELECT * FROM cart WHERE id = %(id)s", id=answer.json()["id"])
        assert (row.customer_id, row.token_hash) == (who.customer_id, None)

    async def test_a_guest_never_gets_another_ones_by_a_key(self, client, database):
        key = {"Idempotency-Key": "1"}
        for who in ({}, as_clerk(database)):
            answers = [await client.post(CARTS, headers={**who, **key}) for _ in range(2)]
            assert len({answer.json()["token"] for answer in answers}) == 2
        kept = "SELECT count(*) FROM idempotency_key WHERE route = 'POST /api/v1/carts'"
        assert value(database, f"{kept} AND body LIKE '%%token%%'") == 0

    async def test_staff_gets_a_guests(self, client, database):
        answer = await client.post(CARTS, headers=as_clerk(database))
        assert answer.json()["token"]

    async def test_a_wrong_token_is_refused(self, client):
        answer = await client.post(CARTS, headers=bearer("ogs_s_wrong"))
        assert answer.status_code == 401

    async def test_it_lasts_as_long_as_the_shop_says(self, client):
        made = (await client.post(CARTS)).json()
        created, ends = (
            datetime.fromisoformat(made["created_at"]),
            datetime.fromisoformat(made["expires_at"]),
        )
        assert ends - created == timedelta(days=7)


class TestRead:
    async def test_anonymous(self, client):
        assert (await client.get(NOBODYS)).status_code == 401

    async def test_forbidden_for_staff(self, client, database):
        cart = guest_cart(database)
        answer = await client.get(f"{CARTS}/{cart.id}", headers=as_clerk(database))
        assert answer.status_code == 403

    @pytest.mark.parametrize("path", [NOBODYS, f"{CARTS}/1", f"{CARTS}/x"])
    async def test_missing(self, client, database, path):
        assert (await client.get(path, headers=as_customer(database))).status_code == 404

    async def test_another_guests_is_missing(self, client, database):
        mine, other = guest_cart(database), guest_cart(database)
        answer = await client.get(f"{CARTS}/{other.id}", headers=mine.headers)
        assert answer.status_code == 404

    async def test_another_customers_is_missing(self, client, database):
        other = filled_cart(database, owner=customer(database))
        answer = await client.get(f"{CARTS}/{other.id}", headers=as_customer(database))
        assert answer.status_code == 404

    async def test_a_guests_is_missing_for_customers(self, client, database):
        other = guest_cart(database)
        answer = await client.get(f"{CARTS}/{other.id}", headers=as_customer(database))
        assert answer.status_code == 404

    async def test_an_expired_one_is_gone(self, client, database):
        who = customer(database)
        cart = filled_cart(database, owner=who)
        ended = datetime.now(UTC) - timedelta(seconds=1)
        rows(
            database, "UPDATE cart SET expires_at = %(at)s WHERE id = %(id)s", at=ended, id=cart.id
        )
        assert (await client.get(f"{CARTS}/{cart.id}", headers=who.headers)).status_code == 404

    async def test_shows_todays_prices_and_what_is_available(self, client, database):
        ham = on_sale(
            database,
            unit="kg",
            price="9.99",
            stock="3.5",
            discount=discount(database, "0.5"),
            name="Szynka",
        )
        milk = on_sale(database, price="1.19", stock=None)
        old = today(database) - timedelta(days=3)
        stocked(database, milk, 5, expires_on=old)
        allocated(database, stocked(database, milk, 4), 1)
        cart = filled_cart(database, (ham, "0.333"), (milk, 2))
        answer = await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)
        assert answer.status_code == 200
        found = Cart.model_validate_json(answer.content)
        assert [(i.product.code, i.unit_price, i.total, i.available) for i in found.items] == [
            (ham.code, Decimal("5.00"), Decimal("1.67"), Decimal("3.5")),
            (milk.code, Decimal("1.19"), Decimal("2.38"), Decimal(3)),
        ]
        assert found.items[0].product.model_dump() == {
            "code": ham.code,
            "name": "Szynka",
            "unit": "kg",
        }
        assert found.total == Decimal("4.05")

    async def test_what_was_withdrawn_is_not_available(self, client, database):
        gone = on_sale(database, active=False)
        cart = filled_cart(database, (gone, 1))
        found = (await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)).json()
        assert found["items"][0]["available"] == "0.000"

    async def test_names_its_purchase_afterwards(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        purchase = (await check_out(client, cart)).json()
        answer = await client.get(f"{CARTS}/{cart.id}", headers=cart.headers)
        found = Cart.model_validate_json(answer.content)
        assert (found.status, str(found.purchase)) == ("checked_out", purchase["id"])


class TestPut:
    async def test_anonymous(self, client, database):
        url = item(guest_cart(database), on_sale(database))
        assert (await client.put(url, json={"quantity": "1"})).status_code == 401

    async def test_forbidden_for_staff(self, client, database):
        url = item(guest_cart(database), on_sale(database))
        answer = await client.put(url, json={"quantity": "1"}, headers=as_clerk(database))
        assert answer.status_code == 403

    async def test_another_ones_is_missing_and_stays_as_it_is(self, client, database):
        other, milk = guest_cart(database), on_sale(database)
        for headers in (guest_cart(database).headers, as_customer(database)):
            answer = await client.put(item(other, milk), json={"quantity": "1"}, headers=headers)
            assert answer.status_code == 404
        assert items_of(database, other) == []

    @pytest.mark.parametrize("code", ["no-such-product", "%00", "a%00b", "%ff", "x" * 200])
    async def test_an_unknown_product_is_missing(self, client, database, code):
        cart = guest_cart(database)
        answer = await client.put(
            f"{CARTS}/{cart.id}/items/{code}", json={"quantity": "1"}, headers=cart.headers
        )
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        "quantity", ["0", "-1", "0.0001", "1e3", "NaN", "1000", "999.001", "", 1, 1.5, None, ["1"]]
    )
    async def test_wrong_quantities(self, client, database, quantity):
        cart, ham = guest_cart(database), on_sale(database, unit="kg")
        answer = await client.put(
            item(cart, ham), json={"quantity": quantity}, headers=cart.headers
        )
        invalid(answer, "/quantity")
        assert items_of(database, cart) == []

    async def test_pieces_are_whole(self, client, database):
        cart, milk = guest_cart(database), on_sale(database)
        answer = await client.put(item(cart, milk), json={"quantity": "1.5"}, headers=cart.headers)
        invalid(answer, "/quantity")

    async def test_unknown_members(self, client, database):
        cart, milk = guest_cart(database), on_sale(database)
        body = {"quantity": "1", "price": "0.01"}
        answer = await client.put(item(cart, milk), json=body, headers=cart.headers)
        invalid(answer, "/price")

    async def test_what_was_withdrawn_is_not_sold(self, client, database):
        cart, gone = guest_cart(database), on_sale(database, active=False)
        answer = await client.put(item(cart, gone), json={"quantity": "1"}, headers=cart.headers)
        conflict(answer, "withdrawn")

    async def test_puts_in_and_changes(self, client, database):
        cart, milk, ham = guest_cart(database), on_sale(database), on_sale(database, unit="kg")
        for product, quantity in ((milk, "2"), (ham, "0.125"), (milk, "3")):
            answer = await client.put(
                item(cart, product), json={"quantity": quantity}, headers=cart.headers
            )
            assert answer.status_code == 200
        found = Cart.model_validate_json(answer.content)
        assert [(i.product.code, i.quantity) for i in found.items] == [
            (milk.code, Decimal(3)),
            (ham.code, Decimal("0.125")),
        ]
        assert items_of(database, cart) == [(milk.id, Decimal(3)), (ham.id, Decimal("0.125"))]

    async def test_a_customer_fills_ones_own(self, client, database):
        who = customer(database)
        cart, milk = filled_cart(database, owner=who), on_sale(database)
        answer = await client.put(item(cart, milk), json={"quantity": "1"}, headers=who.headers)
        assert answer.status_code == 200

    async def test_more_than_there_is_may_be_wished_for(self, client, database):
        cart, milk = guest_cart(database), on_sale(database, stock=1)
        answer = await client.put(item(cart, milk), json={"quantity": "5"}, headers=cart.headers)
        assert answer.status_code == 200

    async def test_use_keeps_a_cart(self, client, database):
        cart, milk = guest_cart(database, hours=1), on_sale(database)
        answer = await client.put(item(cart, milk), json={"quantity": "1"}, headers=cart.headers)
        ends = datetime.fromisoformat(answer.json()["expires_at"])
        assert ends > datetime.now(UTC) + timedelta(days=6)

    async def test_a_checked_out_cart_is_closed(self, client, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        purchase = (await check_out(client, cart)).json()
        answer = await client.put(item(cart, milk), json={"quantity": "2"}, headers=cart.headers)
        conflict(answer, "checked_out")
        assert answer.headers["Location"] == f"/api/v1/purchases/{purchase['id']}"
        assert items_of(database, cart) == [(milk.id, Decimal(1))]

    async def test_a_full_cart_takes_no_more_even_at_once(self, client, database):
        many = [on_sale(database, stock=None) for _ in range(104)]
        cart = filled_cart(database, *((product, 1) for product in many[:98]))
        answers = await asyncio.gather(
            *(
                client.put(item(cart, product), json={"quantity": "1"}, headers=cart.headers)
                for product in many[98:]
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] * 2 + [409] * 4
        for answer in answers:
            if answer.status_code == 409:
                conflict(answer, "cart_full")
        assert len(items_of(database, cart)) == 100
        changed = await client.put(
            item(cart, many[0]), json={"quantity": "7"}, headers=cart.headers
        )
        assert changed.status_code == 200


class TestRemove:
    async def test_anonymous(self, client, database):
        url = item(guest_cart(database), on_sale(database))
        assert (await client.delete(url)).status_code == 401

    async def test_forbidden_for_staff(self, client, database):
        url = item(guest_cart(database), on_sale(database))
        assert (await client.delete(url, headers=as_clerk(database))).status_code == 403

    async def test_another_ones_is_missing_and_stays_as_it_is(self, client, database):
        milk = on_sale(database)
        other = filled_cart(database, (milk, 1))
        for headers in (guest_cart(database).headers, as_customer(database)):
            assert (await client.delete(item(other, milk), headers=headers)).status_code == 404
        assert len(items_of(database, other)) == 1

    async def test_takes_it_out_once(self, client, database):
        milk, ham = on_sale(database), on_sale(database)
        cart = filled_cart(database, (milk, 1), (ham, 2))
        answer = await client.delete(item(cart, milk), headers=cart.headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert items_of(database, cart) == [(ham.id, Decimal(2))]
        again = await client.delete(item(cart, milk), headers=cart.headers)
        assert again.status_code == 404

    async def test_a_checked_out_cart_is_closed(self, client, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        await check_out(client, cart)
        answer = await client.delete(item(cart, milk), headers=cart.headers)
        conflict(answer, "checked_out")
        assert value(database, "SELECT count(*) FROM cart_item WHERE cart_id = %(id)s", id=cart.id)
