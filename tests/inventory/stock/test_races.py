"""Many at once: nothing is received, wasted or promised twice, and nobody is answered with a fault."""

import asyncio
from collections import Counter
from decimal import Decimal

import pytest

from tests.builders import (
    filled_cart,
    invoice_request,
    level_of,
    product,
    rows,
    stock_of,
    stocked,
    unique,
)
from tests.support.locks import transaction, until_blocked

WASTE = "/api/v1/stock/waste"
ADJUST = "/api/v1/stock/adjustments"


def receive(asked):
    return f"/api/v1/invoice-requests/{asked.code}/receive"


def outcomes(answers):
    return Counter(
        (answer.status_code, answer.json().get("code") if answer.is_error else None)
        for answer in answers
    )


def assert_sums_agree(database, *products):
    """Check that movements, lots and levels say the same of each product."""
    found = rows(
        database,
        """
        SELECT l.product_id, l.on_hand, l.allocated,
               (SELECT sum(quantity) FROM stock_movement m WHERE m.product_id = l.product_id)
                   AS moved,
               (SELECT sum(s.on_hand) FROM stock s WHERE s.product_id = l.product_id) AS lots,
               (SELECT sum(s.allocated) FROM stock s WHERE s.product_id = l.product_id) AS promised
        FROM stock_level l WHERE l.product_id = ANY(%(ids)s)
        """,
        ids=[made.id for made in products],
    )
    assert len(found) == len(products)
    for level in found:
        assert level.on_hand == (level.moved or 0) == (level.lots or 0)
        assert level.allocated == (level.promised or 0)


@pytest.fixture
def milk(database):
    return product(database)


async def test_one_request_is_never_received_above_what_was_asked(staff, database, milk):
    asked = invoice_request(database, (milk, 10, "1"))
    body = {"lines": [{"product": milk.code, "quantity": "3"}]}
    answers = await asyncio.gather(*(staff.post(receive(asked), json=body) for _ in range(8)))
    assert outcomes(answers) == {(200, None): 3, (409, "over_received"): 5}
    assert level_of(database, milk).on_hand == 9
    assert_sums_agree(database, milk)


async def test_everything_that_is_open_comes_once(staff, database, milk):
    asked = invoice_request(database, (milk, 10, "1"))
    answers = await asyncio.gather(*(staff.post(receive(asked), json={}) for _ in range(6)))
    assert outcomes(answers) == {(200, None): 1, (409, "not_open"): 5}
    assert level_of(database, milk).on_hand == 10


async def test_one_key_is_done_once(staff, database, milk):
    lot = stocked(database, milk, 10)
    body = {"lot": lot.id, "quantity": "4", "reason": "broken"}
    key = {"Idempotency-Key": unique("key")}
    answers = await asyncio.gather(*(staff.post(WASTE, json=body, headers=key) for _ in range(6)))
    assert set(outcomes(answers)) <= {(201, None), (409, "in_progress")}
    assert len({answer.content for answer in answers if answer.is_success}) == 1
    assert stock_of(database, lot).on_hand == 6


async def test_requests_with_the_same_products_in_other_orders(staff, database):
    shelf = [product(database) for _ in range(6)]
    asked = [
        invoice_request(database, *[(one, 1, "1") for one in order])
        for order in (shelf, shelf[::-1], shelf[3:] + shelf[:3]) * 3
    ]
    answers = await asyncio.gather(*(staff.post(receive(one), json={}) for one in asked))
    assert outcomes(answers) == {(200, None): 9}
    assert all(level_of(database, one).on_hand == 9 for one in shelf)
    assert_sums_agree(database, *shelf)


async def test_cancelled_or_received_but_not_both(staff, database, milk):
    for _ in range(5):
        asked = invoice_request(database, (milk, 1, "1"))
        path = f"/api/v1/invoice-requests/{asked.code}"
        before = level_of(database, milk).on_hand
        received, cancelled = await asyncio.gather(
            staff.post(receive(asked), json={}), staff.patch(path, json={"status": "cancelled"})
        )
        assert sorted((received.status_code, cancelled.status_code)) == [200, 409]
        came = level_of(database, milk).on_hand - before
        assert came == (1 if received.is_success else 0)


async def test_waste_and_corrections_against_checkouts(staff, client, database, milk):
    lots = [stocked(database, milk, 5) for _ in range(4)]
    carts = [filled_cart(database, (milk, 1)) for _ in range(15)]
    checkouts = [
        client.post(
            f"/api/v1/carts/{cart.id}/checkout",
            json={"contact_name": "Ada", "contact_phone": "+49 30 1234567"},
            headers=cart.headers,
        )
        for cart in carts
    ]
    changes = [
        staff.post(path, json={"lot": lot.id, "quantity": quantity, "reason": "other"})
        for lot in lots
        for path, quantity in ((WASTE, "3"), (ADJUST, "-2"), (ADJUST, "1"))
    ]
    mixed = [call for pair in zip(checkouts, changes, strict=False) for call in pair]
    answers = await asyncio.gather(*mixed, *checkouts[len(changes) :])
    seen = outcomes(answers)
    assert set(seen) <= {
        (201, None),
        (409, "out_of_stock"),
        (409, "allocated"),
        (409, "not_on_hand"),
    }
    level = level_of(database, milk)
    sold = [a for a in answers if a.is_success and "invoice_number" in a.json()]
    assert level.allocated == Decimal(len(sold)) > 0
    assert level.on_hand >= level.allocated
    assert_sums_agree(database, milk)


async def test_a_unit_that_changes_first_is_what_comes_in_is_counted_in(staff, database):
    rice = product(database, unit="kg")
    found = {"product": rice.code, "quantity": "1.5", "unit_cost": "1", "reason": "found"}
    async with transaction(database) as cursor:
        cursor.execute("UPDATE product SET unit = 'piece' WHERE id = %s", (rice.id,))
        booked = asyncio.create_task(staff.post(ADJUST, json=found))
        await until_blocked(database, booked)
    assert outcomes([await booked]) == {(422, "out_of_range"): 1}
    assert level_of(database, rice).on_hand == 0


async def test_a_unit_does_not_change_while_stock_comes_in(staff, database):
    rice = product(database, unit="kg")
    async with transaction(database) as cursor:
        cursor.execute(
            """
            WITH lot AS (INSERT INTO stock (product_id, unit_cost) VALUES (%s, 1) RETURNING id, product_id)
            INSERT INTO stock_movement (kind, product_id, stock_id, quantity)
            SELECT 'receipt', product_id, id, 1.5 FROM lot
            """,
            (rice.id,),
        )
        path = f"/api/v1/products/{rice.code}"
        changed = asyncio.create_task(staff.patch(path, json={"unit": "piece"}))
        await until_blocked(database, changed)
    assert outcomes([await changed]) == {(409, "in_use"): 1}
