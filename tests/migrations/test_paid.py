"""0011 and 0012: what was paid for the purchases of before is known."""

from app.core.database import migrations
from tests.builders import insert, on_sale, placed, rows, stocked


def test_what_was_paid_before_is_filled_in(fresh_database):
    lot = stocked(fresh_database, on_sale(fresh_database, stock=None), 10)
    paid, partly, _ = (placed(fresh_database, (lot, 3), paid=paid) for paid in (3, 2, 0))
    insert(fresh_database, "payment", purchase_id=partly.id, kind="refund", method="cash", amount=1)
    names = {path.stem.removesuffix(".rollback") for path in migrations.DIRECTORY.glob("*.sql")}
    migrations.roll_back(fresh_database.owner_url, sum(name >= "0011-promises" for name in names))
    migrations.migrate(fresh_database.owner_url, fresh_database.app_url)
    found = rows(fresh_database, "SELECT id, paid FROM purchase WHERE paid <> 0")
    assert {row.id: row.paid for row in found} == {paid.id: 3, partly.id: 1}
