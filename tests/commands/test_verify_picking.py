"""`verify` names what does not add up in what was picked."""

import pytest

from tests.builders import clerk, deposit, filled_cart, on_sale, rows, value

PLACE = "SELECT (made).id FROM place_order(%(cart)s, 'Jan', '555', NULL, 'EUR', 60, NULL, NULL, NULL, NULL)"
CHARGE = """
    UPDATE purchase SET picking_since = now(), picker = %(by)s WHERE id = %(id)s;
    SELECT charge_picked(%(id)s, %(by)s, ARRAY[%(milk)s, %(ham)s]::bigint[], ARRAY[1, 1.1],
                         ARRAY[%(milk)s]::bigint[], ARRAY[%(oats)s]::bigint[], ARRAY[1], ARRAY[true]);
    DELETE FROM allocation;
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
        SELECT l.id, s.id, l.quantity FROM purchase_line l JOIN stock s ON s.product_id = l.product_id;
    UPDATE stock s SET allocated = (SELECT sum(quantity) FROM allocation a WHERE a.stock_id = s.id);
    UPDATE stock_level v SET allocated = s.allocated FROM stock s WHERE s.product_id = v.product_id;
"""


@pytest.fixture
def purchase(fresh_database):
    """Two milks of 1.00 with deposits and a kilogram of ham at 10.00 were ordered; one, 1.1 kg and oats came."""
    milk = on_sale(fresh_database, price="1.00", deposit=deposit(fresh_database))
    ham = on_sale(fresh_database, price="10.00", unit="kg")
    oats = on_sale(fresh_database, price="0.80")
    made = value(fresh_database, PLACE, cart=filled_cart(fresh_database, (milk, 2), (ham, 1)).id)
    query = "SELECT id FROM purchase_line WHERE deposit_of IS NULL ORDER BY id"
    lines = [row.id for row in rows(fresh_database, query)]
    named = {"id": made, "by": clerk(fresh_database).login_id, "oats": oats.id}
    rows(fresh_database, CHARGE, milk=lines[0], ham=lines[1], **named)
    return made, *lines


def test_what_was_picked_is_consistent(run, fresh_database, purchase):
    assert value(fresh_database, "SELECT total::text FROM purchase") == "13.05"
    result = run("verify")
    assert result.exit_code == 0, result.output


# Each as the owner could do it: what an app's bug or a restore might leave.
BREACHES = {
    "a line that costs something else": (
        "UPDATE purchase_line SET total = 9.99 WHERE id = {ham}",
        "line {ham}: ordered 1.000 for 10.00, came 1.100 for 9.99 less 0",
    ),
    "more pieces than were ordered": (
        "UPDATE purchase_line SET quantity = 3 WHERE id = {milk}",
        "line {milk}: ordered 2.000 piece, came 3.000",
    ),
    "part of what a label printed the price of": (
        "UPDATE purchase_line SET label_price = 10 WHERE id = {ham}",
        "line {ham}: ordered 1.000 kg, came 1.100, label 10.00",
    ),
    "a substitute where nothing lacks": (
        "UPDATE purchase_line SET substitute_for = {ham} WHERE substitute_for IS NOT NULL",
        "instead of line {ham} of purchase {p}, of which 1.100 came, 1.000 for 0.80 at 0.80",
    ),
    "a substitute that costs more than its price": (
        "UPDATE purchase_line SET total = 0.90 WHERE substitute_for IS NOT NULL",
        "of which 1.000 came, 1.000 for 0.90 at 0.80",
    ),
    "what it came to when it was placed": (
        "UPDATE purchase SET ordered_total = 12.51",
        "purchase {p}: ordered 12.51, lines 12.50",
    ),
    "something else came, and nobody picked it": (
        "UPDATE purchase SET picked_at = NULL, ordered_total = NULL",
        "purchase {p}: ordered nothing else, lines 12.50",
    ),
    "what was ordered is other than its price": (
        "UPDATE purchase_line SET ordered_total = 9.98 WHERE id = {ham}",
        "line {ham}: unit price 10.00, total 9.98",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_names_what_is_off(run, fresh_database, purchase, breach):
    made, milk, ham = purchase
    statement, said = BREACHES[breach]
    rows(fresh_database, statement.format(p=made, milk=milk, ham=ham))
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(p=made, milk=milk, ham=ham) in result.output
