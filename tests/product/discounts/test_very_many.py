"""Discounts on more products than follow at once, and others at work on these."""

import asyncio

import pytest

from tests.builders import as_clerk, category, discount, rows, unique, value
from tests.support.locks import transaction, until_blocked


@pytest.fixture
def nails(database):
    """Make so many products of 2.00 in a category: `nails(category, 1500)`."""

    def make(kind, count):
        rows(
            database,
            "INSERT INTO product (code, name, category_id, unit, price, vat_rate)"
            " SELECT %(code)s || n, 'Nail', %(kind)s, 'piece', 2, 0 FROM generate_series(1, %(count)s) n",
            kind=kind.id,
            code=unique(),
            count=count,
        )

    return make


def reduced(database, kind):
    """Return how many products of a category cost less than the list says."""
    query = "SELECT count(*) FROM product p JOIN offer o ON o.product_id = p.id WHERE category_id = %(kind)s AND o.unit_price < p.price"
    return value(database, query, kind=kind.id)


async def test_a_thousand_follow_a_move_at_once_whatever_the_discounts(client, database, nails):
    top, moved = category(database), category(database)
    for _ in range(3):
        discount(database, "0.5000", categories=[top.code])
    nails(moved, 1500)
    url, headers = f"/api/v1/categories/{moved.code}", as_clerk(database)
    answer = await client.patch(url, json={"parent": top.code}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert reduced(database, moved) == 1000
    rows(database, "SELECT renew_discount_sets(NULL, 9999)")
    assert reduced(database, moved) == 1500


async def test_a_deadlock_with_who_changes_the_products_is_tried_again(client, database, nails):
    kind = category(database)
    nails(kind, 1002)
    made = discount(database, "0.5000", categories=[kind.code])
    query = "SELECT id FROM product WHERE category_id = %(id)s AND discount_set = 0 ORDER BY id"
    first, last = (row.id for row in rows(database, query, id=kind.id))
    url, headers = f"/api/v1/discounts/{made.code}", as_clerk(database)
    lock = "SELECT FROM product WHERE id = %s FOR UPDATE"
    async with transaction(database) as other:
        other.execute(lock, [last])
        change = asyncio.create_task(client.patch(url, json={"name": "Nails"}, headers=headers))
        await until_blocked(database, change)
        # PostgreSQL ends who waited first.
        await asyncio.to_thread(other.execute, lock, [first])
    assert (await change).status_code == 200
    assert reduced(database, kind) == 1002
