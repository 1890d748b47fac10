"""Discounts on more products than follow at once."""

import pytest

from tests.builders import as_clerk, category, discount, rows, unique, value


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
