"""`verify` of what is thrown away of a purchase: quiet on what it held, and it names what it did not."""

import pytest

from tests.builders import insert, placed, rows, stocked
from tests.builders.catalogue import product


@pytest.mark.parametrize(
    ("ended", "wasted", "said"),
    [
        (True, 2, "all is consistent"),
        (True, 3, "lot {lot}: thrown away 3.000, cancelled, held 2.000"),
        (False, 1, "lot {lot}: thrown away 1.000, placed, held 0"),
    ],
    ids=["what it held", "more than it held", "while it waits"],
)
def test_waste_of_a_purchase(run, fresh_database, ended, wasted, said):
    lot = stocked(fresh_database, product(fresh_database), 9)
    purchase = placed(fresh_database, (lot, 2))
    if ended:
        query = """
            UPDATE purchase SET status = 'cancelled', cancelled_at = now();
            UPDATE stock SET allocated = 0;
            UPDATE stock_level SET allocated = 0
        """
        rows(fresh_database, query)
    (line,) = rows(fresh_database, "SELECT id FROM purchase_line")
    insert(
        fresh_database,
        "stock_movement",
        kind="waste",
        product_id=lot.product_id,
        stock_id=lot.id,
        quantity=-wasted,
        reason="nobody came",
        purchase_id=purchase.id,
        purchase_line_id=line.id,
    )
    result = run("verify")
    assert result.exit_code == (said != "all is consistent"), result.output
    assert said.format(lot=lot.id) in result.output
