"""What reports read grows with their days, not with the shop. EXPLAIN does not look into functions; the server counts what they do."""

from contextlib import closing

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from tests.support.large_shop import BIG


@pytest.mark.parametrize(
    "function",
    [
        "hours_of_sales(day, day)",
        "days_of_rates(day, day)",
        "hours_of_payments(day, day)",
        "days_of_promotions(day, day)",
        "days_of_products(day - 1, day, day)",
        "days_of_some(day, day, ARRAY[1, 2], NULL)",
        "product_sums(day - 40, day, NULL)",
        "stock_value(day)",
        "stock_outs(day, day)",
    ],
)
def test_a_day_is_read_by_itself(large, function):
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {function}) FROM (SELECT CURRENT_DATE - 1) d (day)"
        )
        cursor.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
        read_whole = {name for (name,) in cursor.fetchall()} & BIG
    # All products, as any of them may be on hand.
    assert read_whole <= {"product"}
