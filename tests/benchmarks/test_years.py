"""The years behind a shop of the benchmarks: consistent, and as large as was asked for."""

from collections.abc import Iterator

import pytest

from app.commands.consistency import breaches, snapshot
from benchmarks.loads import seed
from benchmarks.loads.years import years
from tests.builders import rows, value
from tests.support.database import Cluster, Database

PURCHASES, DAYS = 600, 60


@pytest.fixture(scope="module")
def seeded(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    made = cluster.clone(f"years_{worker_id}")
    seed.products(made.owner_url, 300)
    seed.customers(made.owner_url, 3)
    years(made.owner_url, purchases=PURCHASES, days=DAYS)
    yield made
    cluster.drop(made.name)


def test_are_consistent(seeded: Database) -> None:
    with snapshot(seeded.owner_url) as cursor:
        assert breaches(cursor) == []


def test_have_what_happens_in_a_shop(seeded: Database) -> None:
    query = """
        SELECT (SELECT count(*) FROM purchase) AS purchases, (SELECT count(DISTINCT issued_on) FROM document WHERE kind = 'invoice') AS days,
            (SELECT count(*) FROM document WHERE kind = 'credit_note') AS credited,
            (SELECT count(*) FROM till_session) AS sessions, (SELECT count(*) FROM purchase WHERE customer_id IS NOT NULL) AS named
    """
    (found,) = rows(seeded, query)
    assert (found.purchases, found.days, found.sessions) == (PURCHASES, DAYS, 2 * DAYS)
    assert found.credited > 0
    assert found.named == PURCHASES // 10
    kinds = {row.kind for row in rows(seeded, "SELECT DISTINCT kind FROM stock_movement")}
    assert kinds == {"receipt", "sale", "return", "waste"}
    assert 6 < value(seeded, "SELECT count(*) FROM purchase_line") / PURCHASES < 9
