"""What picking costs does not grow with the shop: nothing that it does reads the whole of a table that does."""

from contextlib import closing

import psycopg2

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from tests.test_plans import read_whole

BEGIN = """
    UPDATE purchase p SET picking_since = now(), picker = 1 WHERE invoice_number = 50
    RETURNING id, (SELECT min(l.id) FROM purchase_line l WHERE l.purchase_id = p.id)
"""
CHARGE = """
    SELECT charge_picked(%(purchase)s, 1, ARRAY[%(line)s]::bigint[], ARRAY[0], ARRAY[%(line)s]::bigint[], ARRAY[7]::bigint[],
                         ARRAY[1], ARRAY[true])
"""


def test_charging_looks_up(large):
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(BEGIN)
        purchase, line = cursor.fetchone()
        cursor.execute(CHARGE, {"purchase": purchase, "line": line})
        assert cursor.fetchone() is not None
        assert read_whole(cursor) == set()
