"""`verify` names what does not add up in sales at the counter."""

import pytest

from tests.builders import deposit, insert, on_sale, rows

PLACE = """
    SELECT (made).id FROM place_sale(
        ARRAY[%(code)s], ARRAY[NULL]::date[], ARRAY[2], ARRAY[false], ARRAY[NULL]::numeric[], ARRAY[%(deposit)s], ARRAY[3],
        NULL, NULL, NULL, 'EUR', 0, 99, NULL)
"""
HAND_OVER = """
    INSERT INTO payment (purchase_id, kind, method, amount, session_id) SELECT id, 'payment', 'cash', total, 1 FROM purchase;
    UPDATE stock SET allocated = 0;
    UPDATE stock_level SET allocated = 0;
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, purchase_line_id)
        SELECT 'sale', l.product_id, a.stock_id, -a.quantity, l.purchase_id, l.id
        FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id;
    UPDATE purchase SET status = 'collected', collected_at = now(), collected_at_till = 'front'
"""


@pytest.fixture
def purchase(fresh_database):
    """A sale of two milks, of which the books had one, with three bottles given back, at the till `front`."""
    insert(fresh_database, "till_session", till="front", float=100)
    milk, bottle = on_sale(fresh_database, stock=1), deposit(fresh_database)
    (made,) = rows(fresh_database, PLACE, code=milk.code, deposit=bottle.code)
    rows(fresh_database, HAND_OVER)
    made.product = milk.code
    return made


def test_a_sale_is_consistent(run, purchase):
    result = run("verify")
    assert result.exit_code == 0, result.output


# Each as the owner could do it with the triggers off.
BREACHES = {
    "a name": (
        "UPDATE purchase SET contact_name = 'Jan'",
        "purchase {p.id}: collected, deposits of -0.75",
    ),
    "a sale that was not taken along": (
        "ALTER TABLE purchase DISABLE TRIGGER purchase_ended; UPDATE purchase SET status = 'placed', collected_at = NULL",
        "purchase {p.id}: placed, no name",
    ),
    "more refunded than bottles paid too": (
        "INSERT INTO payment (purchase_id, kind, method, amount) SELECT id, 'refund', 'cash', 5.01 FROM purchase",
        "total 4.25, paid 4.25, refunded 5.01",
    ),
    "the price of a bottle": (
        "UPDATE purchase_line SET total = -0.74 WHERE price < 0",
        "unit price -0.25, total -0.74",
    ),
    "a bottle's part of the VAT": (
        "UPDATE purchase_line SET vat_amount = 0 WHERE price < 0",
        "VAT 0.00 of -0.75, of the VAT -0.12 of -0.75 at 0.1900",
    ),
    "a cart that is left": (
        "INSERT INTO cart (status, expires_at) VALUES ('sale', now())",
        "sale",
    ),
    "what is to be counted": (
        "UPDATE uncounted SET quantity = 2",
        "product {p.product}: uncounted 2.000, found 1.000",
    ),
    "a session at another till": (
        "INSERT INTO till_session (till, float) VALUES ('back', 0); UPDATE document SET session_id = 2",
        "of till back ended at no time",
    ),
    "a report that is over": (
        "UPDATE till_session SET closed_at = now() - interval '1 day', number = 1, expected = 104.25, counted = 0",
        "of till front ended at ",
    ),
    "an invoice in no report": (
        "UPDATE document SET session_id = NULL",
        "purchase {p.id}: handed over at till front, invoiced at none",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_names_what_is_off(run, fresh_database, purchase, breach):
    statement, said = BREACHES[breach]
    for table in ("document", "payment"):
        rows(fresh_database, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    rows(fresh_database, statement)
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(p=purchase) in result.output
