"""`verify` names what does not add up in invoices and credit notes; `open-series` begins new numbers."""

import pytest

from tests.builders import deposit, filled_cart, on_sale, rows, value

PLACE = "SELECT (made).id FROM place_order(%(cart)s, 'Jan', '555', NULL, 'EUR', 60, NULL, NULL, NULL, NULL)"
PAY = "INSERT INTO payment (purchase_id, kind, method, amount) SELECT id, 'payment', 'cash', total FROM purchase WHERE paid < total"
COLLECT = """
    WITH given AS (
        UPDATE stock SET allocated = 0 WHERE allocated > 0 RETURNING product_id
    ), level AS (
        UPDATE stock_level SET allocated = 0 WHERE allocated > 0
    )
    UPDATE purchase SET status = 'collected', collected_at = now() WHERE status = 'placed'
"""
SELL = """
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, purchase_line_id)
    SELECT 'sale', l.product_id, a.stock_id, -a.quantity, l.purchase_id, l.id
    FROM purchase_line l JOIN allocation a ON a.purchase_line_id = l.id
    JOIN purchase p ON p.id = l.purchase_id AND p.status = 'placed'
"""
REFUND = """
    INSERT INTO payment (purchase_id, kind, method, amount) SELECT %(id)s, 'refund', 'cash', 1.19;
    SELECT issue_document('credit_note', 'web', %(id)s, ARRAY[min(id)], ARRAY[1.000], ARRAY[1.19])
    FROM purchase_line WHERE purchase_id = %(id)s
"""


def handed_over(on):
    milk = on_sale(on, price="1.19", vat_rate="0.0700", deposit=deposit(on, vat_rate="0.1900"))
    made = value(on, PLACE, cart=filled_cart(on, (milk, 3)).id)
    for step in (PAY, SELL, COLLECT):
        rows(on, step)
    return made


@pytest.fixture
def purchase(fresh_database):
    """A purchase with an invoice and two credit notes, behind one with an invoice alone."""
    handed_over(fresh_database)
    made = handed_over(fresh_database)
    for _ in range(2):
        rows(fresh_database, REFUND, id=made)
    return made


def test_what_was_handed_over_and_given_back_is_consistent(run, purchase):
    result = run("verify")
    assert result.exit_code == 0, result.output


# Each as the owner could do it with the triggers off. Documents 1 and 2 are invoices, 3 and 4 credit notes on the second.
BREACHES = {
    "a gap": ("UPDATE document SET number = 9 WHERE id = 4", "last 4, documents 4 up to 9"),
    "a number that was not counted": (
        "UPDATE document_series SET last = 3",
        "last 3, documents 4 up to 4",
    ),
    "a number that two have": (
        "ALTER TABLE document DROP CONSTRAINT document_number_key; UPDATE document SET number = 3 WHERE id = 4",
        "-000003: 2 documents",
    ),
    "a total": (
        "UPDATE document SET total = 9 WHERE id = 2",
        "invoice {i}: total 9.00, lines 4.32",
    ),
    "a lost line": (
        "DELETE FROM document_line WHERE document_id = 2 AND total = 0.75",
        "invoice {i}: rate 0.1900, lines 0, gross 0.75",
    ),
    "the VAT of a rate": (
        "UPDATE document_vat SET vat = 0.01 WHERE document_id = 4",
        "VAT 0.01 of 1.19 at 0.0700, in all 0.09 of 2.38",
    ),
    "an invoice on less than was sold": (
        "UPDATE document_line SET quantity = 2 WHERE document_id = 2 AND total = 3.57",
        "invoiced 2.000 for 3.57, sold 3.000 for 3.57",
    ),
    "a credit note on more than was sold": (
        "UPDATE document_line SET quantity = 3 WHERE document_id = 4",
        "credited in all 4.000 for 2.38, sold 3.000 for 3.57",
    ),
    "a credit note on another invoice": (
        "UPDATE document SET corrects = 1 WHERE id = 4",
        "credit_note ",
    ),
    "a purchase without an invoice": (
        (
            "DELETE FROM document_line WHERE document_id > 1; DELETE FROM document_vat WHERE document_id > 1;"
            " DELETE FROM document WHERE id > 1; UPDATE document_series SET last = 1"
        ),
        "purchase {p}: collected, invoices 0",
    ),
    "an invoice on what was not handed over": (
        "ALTER TABLE purchase DISABLE TRIGGER purchase_ended; UPDATE purchase SET status = 'placed', collected_at = NULL",
        "purchase {p}: placed, invoices 1",
    ),
    "money given back without a credit note": (
        "INSERT INTO payment (purchase_id, kind, method, amount) VALUES ('{p}', 'refund', 'cash', 0.50)",
        "purchase {p}: given back 2.88, credit notes 2.38",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_names_what_is_off(run, fresh_database, purchase, breach):
    statement, said = BREACHES[breach]
    for table in ("document", "document_line", "document_vat"):
        rows(fresh_database, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    number = value(
        fresh_database, "SELECT document_number(series, year, number) FROM document WHERE id = 2"
    )
    rows(fresh_database, statement.format(p=purchase))
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(p=purchase, i=number) in result.output


def test_behind_a_restore_numbers_go_on_in_a_series_of_their_own(run, fresh_database):
    for _ in range(2):
        handed_over(fresh_database)
    assert run("open-series").exit_code == 0
    handed_over(fresh_database)
    found = rows(fresh_database, "SELECT series, number FROM document ORDER BY id")
    assert [row.number for row in found] == [1, 2, 1]
    assert found[0].series == found[1].series == "web"
    opened = value(
        fresh_database,
        "SELECT to_char(opened_at AT TIME ZONE 'UTC', 'YYMMDDHH24MISS') FROM document_epoch",
    )
    assert found[2].series == f"web{opened}"
    result = run("verify")
    assert result.exit_code == 0, result.output
