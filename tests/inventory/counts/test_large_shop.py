"""What counting and listing cost does not grow with the shop: nothing reads the whole of a table that does."""

from contextlib import closing

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from tests.test_plans import read_whole

RESULTS = "SELECT count(counted), count(expected) FROM count_result WHERE count_id = 700"
CORRECT = "SELECT count(*), 99 FROM correct_lot(7, '{\"unit_cost\": \"2\"}', 'wrong', 1)"


@pytest.mark.parametrize(("query", "least"), [(RESULTS, 20), (CORRECT, 1)])
def test_looks_up(large, query, least):
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        assert min(*cursor.fetchone()) >= least
        assert read_whole(cursor) == set()
