"""`verify` of tills: quiet on one that adds up, and it names each that does not."""

import pytest

from tests.builders import insert, placed, rows, stocked, value
from tests.builders.catalogue import product


@pytest.fixture
def session(fresh_database):
    """A closed session with 5.00 taken and 2.00 moved into the drawer."""
    made = insert(fresh_database, "till_session", till="front", float=100)
    lot = stocked(fresh_database, product(fresh_database, price="5.00"), 1)
    purchase = placed(fresh_database, (lot, 1))
    insert(
        fresh_database,
        "payment",
        purchase_id=purchase.id,
        kind="payment",
        method="cash",
        amount="0.50",
        session_id=made.id,
    )
    insert(
        fresh_database,
        "cash_movement",
        session_id=made.id,
        kind="pay_in",
        amount="2.00",
        reason="change",
    )
    rows(
        fresh_database,
        "UPDATE till_session SET closed_at = now(), expected = 102.50, counted = 102, number = 1",
    )
    return made


def test_one_that_was_closed_is_consistent(run, session):
    result = run("verify")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("corruption", "said"),
    [
        (
            "UPDATE till_session SET expected = expected + 1",
            "till session {id}: expected 103.50, by its payments and movements 102.50",
        ),
        ("UPDATE till_session SET number = 2", "till front: 1 reports, the last is number 2"),
        (
            "UPDATE till_session SET closed_at = now() - interval '1 day'",
            "session {id} ended at",
        ),
    ],
    ids=["its sum", "a gap", "its end"],
)
def test_names_what_is_wrong(run, fresh_database, session, corruption, said):
    rows(fresh_database, corruption)
    assert value(fresh_database, "SELECT count(*) FROM till_session") == 1
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(id=session.id) in result.output
