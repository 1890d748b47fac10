import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import (
    allocated,
    as_clerk,
    as_customer,
    customer,
    filled_cart,
    guest_cart,
    level_of,
    on_sale,
    rows,
    stock_of,
    stocked,
    today,
    unique,
    value,
)
from tests.orders.sales import GUEST, check_out, conflict, invalid

NOBODYS = f"/api/v1/carts/{uuid.UUID(int=0)}/checkout"


def purchases_of(database, cart):
    return rows(database, "SELECT * FROM purchase WHERE cart_id = %(id)s", id=cart.id)


def served_from(database, purchase):
    query = (
        "SELECT a.stock_id, a.quantity FROM allocation a"
        " JOIN purchase_line l ON l.id = a.purchase_line_id"
        " WHERE l.purchase_id = %(id)s ORDER BY a.stock_id"
    )
    return [(row.stock_id, row.quantity) for row in rows(database, query, id=purchase["id"])]


class TestWho:
    async def test_anonymous(self, client):
        assert (await client.post(NOBODYS, json=GUEST)).status_code == 401

    async def test_forbidden_for_staff(self, client, database):
        answer = await client.post(NOBODYS, json=GUEST, headers=as_clerk(database))
        assert answer.status_code == 403

    async def test_missing(self, client, database):
        answer = await client.post(NOBODYS, json=GUEST, headers=as_customer(database))
        assert answer.status_code == 404

    async def test_another_ones_is_missing_and_stays_open(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        for headers in (guest_cart(database).headers, as_customer(database)):
            url = f"/api/v1/carts/{cart.id}/checkout"
            assert (await client.post(url, json=GUEST, headers=headers)).status_code == 404
        assert purchases_of(database, cart) == []

    async def test_an_expired_cart_is_gone(self, client, database):
        who = customer(database)
        cart = filled_cart(database, (on_sale(database), 1), owner=who)
        ended = datetime.now(UTC) - timedelta(seconds=1)
        rows(
            database, "UPDATE cart SET expires_at = %(at)s WHERE id = %(id)s", at=ended, id=cart.id
        )
        assert (await check_out(client, cart)).status_code == 404


class TestContact:
    async def test_a_guest_must_leave_name_and_phone(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        url = f"/api/v1/carts/{cart.id}/checkout"
        answer = await client.post(url, json={}, headers=cart.headers)
        invalid(answer, "/contact_name", "/contact_phone")
        answer = await client.post(url, json={"contact_name": "Jan"}, headers=cart.headers)
        invalid(answer, "/contact_phone")
        assert purchases_of(database, cart) == []

    async def test_a_customers_own_are_the_default(self, client, database):
        who = customer(database, name="Ala Nowak", phone="22 555 01 10")
        cart = filled_cart(database, (on_sale(database), 1), owner=who)
        answer = await client.post(
            f"/api/v1/carts/{cart.id}/checkout", json={}, headers=who.headers
        )
        made = answer.json()
        assert (made["contact_name"], made["contact_phone"]) == ("Ala Nowak", "22 555 01 10")
        (row,) = purchases_of(database, cart)
        assert row.customer_id == who.customer_id

    async def test_a_customer_without_a_phone_needs_none(self, client, database):
        who = customer(database)
        cart = filled_cart(database, (on_sale(database), 1), owner=who)
        answer = await client.post(
            f"/api/v1/carts/{cart.id}/checkout", json={"contact_name": "Ola"}, headers=who.headers
        )
        made = answer.json()
        assert (made["contact_name"], made["contact_phone"]) == ("Ola", None)

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"contact_name": ""}, "/contact_name"),
            ({"contact_name": "x" * 121}, "/contact_name"),
            ({"contact_name": "a\u0000b"}, "/contact_name"),
            ({"contact_phone": "call me"}, "/contact_phone"),
            ({"expected_total": 2.5}, "/expected_total"),
            ({"expected_total": "-1.00"}, "/expected_total"),
            ({"total": "0.01"}, "/total"),
        ],
    )
    async def test_wrong_values(self, client, database, body, pointer):
        cart = filled_cart(database, (on_sale(database), 1))
        invalid(await check_out(client, cart, **body), pointer)
        assert purchases_of(database, cart) == []


class TestStock:
    async def test_promises_without_moving(self, client, database):
        milk = on_sale(database, stock=10)
        before = level_of(database, milk)
        made = await check_out(client, filled_cart(database, (milk, 4)))
        assert made.status_code == 201
        after = level_of(database, milk)
        assert (after.on_hand, after.allocated, after.available) == (10, 4, before.available - 4)
        query = "SELECT count(*) FROM stock_movement WHERE purchase_id = %(id)s"
        assert value(database, query, id=made.json()["id"]) == 0

    async def test_first_expired_first_out_and_nothing_expired(self, client, database):
        milk = on_sale(database, stock=None)
        keeps = stocked(database, milk, 5)
        stocked(database, milk, 5, expires_on=today(database) - timedelta(days=1))
        late = stocked(database, milk, 2, expires_on=today(database) + timedelta(days=9))
        soon = stocked(database, milk, 2, expires_on=today(database) + timedelta(days=2))
        busy = stocked(database, milk, 3, expires_on=today(database) + timedelta(days=1))
        allocated(database, busy, 2)
        made = (await check_out(client, filled_cart(database, (milk, 6)))).json()
        assert served_from(database, made) == [
            (keeps.id, 1),
            (late.id, 2),
            (soon.id, 2),
            (busy.id, 1),
        ]
        assert [stock_of(database, lot).allocated for lot in (keeps, late, soon, busy)] == [
            1,
            2,
            2,
            3,
        ]
        assert level_of(database, milk).available == 4

    async def test_what_is_available_is_exactly_what_can_be_bought(self, client, database):
        milk = on_sale(database, unit="kg", stock=None)
        stocked(database, milk, "1.250", expires_on=today(database))
        stocked(database, milk, "7", expires_on=today(database) - timedelta(days=1))
        allocated(database, stocked(database, milk, "2.500"), "0.125")
        available = level_of(database, milk).available
        assert available == Decimal("3.625")
        over = await check_out(client, filled_cart(database, (milk, available + Decimal("0.001"))))
        conflict(over, "out_of_stock")
        assert (
            await check_out(client, filled_cart(database, (milk, available)))
        ).status_code == 201
        assert level_of(database, milk).available == 0

    async def test_names_all_that_is_short_and_takes_nothing(self, client, database):
        enough = on_sale(database, stock=10)
        little = on_sale(database, stock=3)
        none = on_sale(database, stock=None)
        stale = on_sale(database, stock=9, expires_on=today(database) - timedelta(days=1))
        cart = filled_cart(database, (stale, 2), (little, 5), (enough, 10), (none, 1))
        problem = conflict(await check_out(client, cart), "out_of_stock")
        assert problem["items"] == [
            {"product": stale.code, "requested": "2.000", "available": "0.000"},
            {"product": little.code, "requested": "5.000", "available": "3.000"},
            {"product": none.code, "requested": "1.000", "available": "0.000"},
        ]
        assert purchases_of(database, cart) == []
        for product in (enough, little, none, stale):
            assert level_of(database, product).allocated == 0
        query = "SELECT sum(allocated) FROM stock WHERE product_id = %(id)s"
        assert value(database, query, id=enough.id) == 0

    async def test_only_expired_stock_is_none(self, client, database):
        stale = on_sale(database, stock=9, expires_on=today(database) - timedelta(days=1))
        fresh = on_sale(database, stock=9)
        cart = filled_cart(database, (fresh, 9), (stale, 1))
        problem = conflict(await check_out(client, cart), "out_of_stock")
        assert [found["product"] for found in problem["items"]] == [stale.code]


class TestRefused:
    async def test_an_empty_cart(self, client, database):
        conflict(await check_out(client, guest_cart(database)), "empty_cart")

    async def test_what_was_withdrawn(self, client, database):
        milk, gone = on_sale(database), on_sale(database)
        cart = filled_cart(database, (milk, 1), (gone, 1))
        rows(database, "UPDATE product SET active = false WHERE id = %(id)s", id=gone.id)
        problem = conflict(await check_out(client, cart), "withdrawn")
        assert problem["items"] == [{"product": gone.code}]
        assert level_of(database, milk).allocated == 0

    async def test_parts_of_what_became_a_piece(self, client, database):
        bread = on_sale(database, unit="kg", stock=None)
        cart = filled_cart(database, (bread, "0.5"))
        rows(database, "UPDATE product SET unit = 'piece' WHERE id = %(id)s", id=bread.id)
        stocked(database, bread, 5)
        problem = conflict(await check_out(client, cart), "withdrawn")
        assert problem["items"] == [{"product": bread.code}]

    async def test_a_second_time_with_the_way_to_the_purchase(self, client, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        first = await check_out(client, cart)
        second = await check_out(client, cart)
        conflict(second, "checked_out")
        assert second.headers["Location"] == first.headers["Location"]
        assert level_of(database, milk).allocated == 1


class TestIdempotencyKey:
    async def test_a_repeated_request_has_the_first_answer(self, client, database):
        milk = on_sale(database)
        cart = filled_cart(database, (milk, 1))
        headers = cart.headers | {"Idempotency-Key": unique()}
        url = f"/api/v1/carts/{cart.id}/checkout"
        first = await client.post(url, json=GUEST, headers=headers)
        again = await client.post(url, json=GUEST, headers=headers)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Idempotency-Replayed"] == "true"
        assert level_of(database, milk).allocated == 1

    async def test_another_request_with_the_same_key_is_refused(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        headers = cart.headers | {"Idempotency-Key": unique()}
        url = f"/api/v1/carts/{cart.id}/checkout"
        await client.post(url, json=GUEST, headers=headers)
        other = await client.post(url, json=GUEST | {"contact_name": "Ola"}, headers=headers)
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_mismatch"

    async def test_a_refusal_is_not_kept(self, client, database):
        milk = on_sale(database, stock=None)
        cart = filled_cart(database, (milk, 1))
        headers = cart.headers | {"Idempotency-Key": unique()}
        url = f"/api/v1/carts/{cart.id}/checkout"
        conflict(await client.post(url, json=GUEST, headers=headers), "out_of_stock")
        stocked(database, milk, 1)
        assert (await client.post(url, json=GUEST, headers=headers)).status_code == 201
