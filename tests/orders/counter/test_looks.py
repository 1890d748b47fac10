"""What a sale costs does not grow with the shop: EXPLAIN does not look into functions, so the server counts what they read."""

from contextlib import closing

import psycopg2

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from tests.test_plans import read_whole


def test_a_sale_looks_up_what_it_needs(large):
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO deposit (code, name, amount, vat_rate) VALUES ('bottle', 'Bottle', 0.25, 0.19);
            SELECT outcome, (made).id FROM place_sale(
                '{7,7777}', '{NULL,NULL}', '{2,600}', '{f,f}', '{NULL,NULL}', '{bottle}', '{99}', NULL, NULL, NULL, 'EUR', 0, 999, NULL)
            """
        )
        ((outcome, sale),) = cursor.fetchall()
        cursor.execute(
            """
            INSERT INTO till_session (till, float) VALUES ('looked-at', 1);
            INSERT INTO payment (purchase_id, kind, method, amount) SELECT id, 'refund', 'cash', 1 FROM purchase WHERE id = %(id)s;
            UPDATE purchase SET status = 'collected', collected_at = now(), collected_at_till = 'looked-at' WHERE id = %(id)s
            """,
            {"id": sale},
        )
        assert (outcome, read_whole(cursor)) == ("placed", set())
