"""`verify` of counts and corrections: quiet on what adds up, and it names each that does not."""

from uuid import uuid4

import pytest

from tests.builders import insert, on_sale, rows

BREACHES = {
    "what was booked": (
        "UPDATE stock_count_product SET booked = -1",
        "count CT-000001 product {id}: booked -1.000, movements -2.000",
    ),
    "a movement of nothing that was booked": (
        "UPDATE stock_count_product SET moment = NULL, counted = NULL, expected = NULL, booked = NULL, value = NULL",
        "booked 0, movements -2.000",
    ),
    "what was counted": ("UPDATE stock_count_product SET counted = 7", "counted 7.000, scanned 8"),
    "a product that is held": (
        "UPDATE stock_count_product SET moment = NULL, counted = NULL, expected = NULL, booked = NULL, value = NULL, open = true",
        "product {id}: approved, being counted",
    ),
    "a count that was cancelled": (
        "UPDATE stock_count SET status = 'cancelled'",
        "product {id}: cancelled, not, with what was found",
    ),
    "a lot": (
        "UPDATE stock SET unit_cost = 3",
        "unit_cost 3.0000, put right to 0.50",
    ),
}


@pytest.fixture
def milk(fresh_database):
    """A product of which ten were in the books and eight on the shelf, in a lot whose cost was put right."""
    made = on_sale(fresh_database)
    (lot,) = rows(fresh_database, "SELECT id FROM stock")
    count = insert(fresh_database, "stock_count", code="CT-000001")
    found = {"moment": "2026-01-01", "counted": 8, "expected": 10, "booked": -2, "value": -1}
    part = {"count_id": count.id, "product_id": made.id}
    insert(fresh_database, "stock_count_product", **part, place=1, open=False, **found)
    seen = {"counted_at": "2026-01-01", "said_at": "2026-01-01"}
    insert(fresh_database, "stock_count_scan", **part, id=str(uuid4()), round=1, quantity=8, **seen)
    moved = {"product_id": made.id, "stock_id": lot.id, "quantity": -2, "stock_count_id": count.id}
    insert(fresh_database, "stock_movement", kind="adjustment", reason="count", **moved)
    rows(fresh_database, "UPDATE stock_count SET status = 'approved', ended_at = now()")
    right = {"field": "unit_cost", "was": "1.00", "becomes": "0.50", "reason": "typed wrong"}
    insert(fresh_database, "stock_correction", stock_id=lot.id, **right)
    return made


def test_one_that_was_approved_is_consistent(run, milk):
    result = run("verify")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("breach", BREACHES)
def test_names_what_is_off(run, fresh_database, milk, breach):
    statement, said = BREACHES[breach]
    rows(fresh_database, statement)
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(id=milk.id) in result.output
