"""Where the last weeks begin in the ledger."""

import random
from contextlib import closing

import psycopg2
import pytest

from app.inventory.proposals.repository import SOLD
from tests.builders import insert, product, rows

_AGES = """
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, at)
    SELECT 'adjustment', %(product)s, %(lot)s, 1, 'as it was', now() - age * interval '1 day'
    FROM unnest(%(ages)s::float[]) WITH ORDINALITY AS u (age, place) ORDER BY place RETURNING id
"""


@pytest.mark.parametrize("oldest", [300, 50, 60])
def test_is_found_by_halving(fresh_database, oldest):
    milk = product(fresh_database)
    dice = random.Random(oldest)
    ages = sorted((dice.uniform(0, oldest) for _ in range(300)), reverse=True)
    lot = insert(fresh_database, "stock", product_id=milk.id, unit_cost=1)
    # As if the shop had begun before that, with numbers left out here and there.
    rows(fresh_database, "SELECT setval(pg_get_serial_sequence('stock_movement', 'id'), 5000)")
    for part in (ages[:100], ages[100:]):
        rows(fresh_database, _AGES, product=milk.id, lot=lot.id, ages=part)
        rows(fresh_database, "SELECT nextval(pg_get_serial_sequence('stock_movement', 'id'))")
    with (
        closing(psycopg2.connect(fresh_database.owner_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(SOLD.prepare)
        cursor.execute(SOLD.execute, {"products": [milk.id]})
        found = {day: change for _, day, _, change in cursor.fetchall()}
        cursor.execute(
            "SELECT at::date, sum(quantity) FROM stock_movement WHERE at >= CURRENT_DATE - 56 GROUP BY 1"
        )
        expected = dict(cursor.fetchall())
    assert found == expected
