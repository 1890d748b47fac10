"""`tidy` forgets who bought, and who changed what, once that is years ago; the books stay."""

import psycopg2
import pytest
from psycopg2.extras import Json

from tests.builders import clerk, customer, insert, placed, rows, stocked, value
from tests.builders.catalogue import product

HAND_OVER = """
    UPDATE stock SET allocated = 0 WHERE id = %(lot)s;
    UPDATE stock_level SET allocated = 0 WHERE product_id = %(product)s;
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, purchase_line_id)
        SELECT 'sale', product_id, %(lot)s, -1, purchase_id, id FROM purchase_line WHERE purchase_id = %(id)s;
    UPDATE purchase SET status = 'collected', collected_at = now() WHERE id = %(id)s
"""
CANCEL = """
    UPDATE stock SET allocated = 0 WHERE id = %(lot)s;
    UPDATE stock_level SET allocated = 0 WHERE product_id = %(product)s;
    UPDATE purchase SET status = 'cancelled', cancelled_at = now() - make_interval(days => %(days)s) WHERE id = %(id)s
"""
FORGOTTEN = """
    SELECT num_nonnulls(contact_name, contact_phone, customer_id, token_hash) AS known, forgotten_at IS NOT NULL AS forgotten
    FROM purchase WHERE id = %(id)s
"""
INVOICE = "SELECT id FROM document WHERE purchase_id = %(id)s"


def bought(on, then, paid=0, days=1, **more):
    """Buy one unit of something, and then let it be handed over, or have been cancelled so many days ago."""
    lot = stocked(on, product(on), 5)
    made = placed(on, (lot, 1), paid=paid, **more)
    rows(on, then, id=made.id, lot=lot.id, product=lot.product_id, days=days)
    return made


def name_buyer(on, name, **age):
    """Have the invoice of a sale name its buyer since so long."""
    named_at = value(on, "SELECT now() - make_interval(years => %(years)s)", **{"years": 0} | age)
    invoice = value(on, INVOICE, id=bought(on, HAND_OVER, paid=1).id)
    insert(
        on, "document_buyer", document_id=invoice, name=name, address=Json([]), named_at=named_at
    )


def test_who_old_purchases_were_for(run, fresh_database):
    on = fresh_database
    owner = customer(on)
    kept = bought(on, CANCEL, days=1095)
    gone = bought(on, CANCEL, days=1097, contact_phone="600 100 200")
    own = bought(on, CANCEL, days=1097, customer_id=owner.customer_id, token_hash=None)
    waits = placed(on, (stocked(on, product(on), 5), 1), placed_at="2001-01-01")
    output = run("tidy").output
    assert ", 2 purchases made nobody's," in output
    found = [rows(on, FORGOTTEN, id=each.id)[0] for each in (kept, gone, own, waits)]
    assert [row.forgotten for row in found] == [False, True, True, False]
    # A guest's link ends before.
    assert [row.known for row in found] == [1, 0, 0, 2]
    assert ", 0 purchases made nobody's," in run("tidy").output
    result = run("verify")
    assert result.exit_code == 0, result.output


def test_who_was_named_on_an_invoice(run, fresh_database):
    on = fresh_database
    for years in (9, 11):
        name_buyer(on, f"{years}", years=years)
    assert ", 1 invoice's buyer forgotten," in run("tidy").output
    assert [row.name for row in rows(on, "SELECT name FROM document_buyer")] == ["9"]


def test_old_lines_of_the_audit_log(run, fresh_database):
    on, by = fresh_database, clerk(fresh_database).login_id
    for days in (1097, 1095):
        at = value(on, "SELECT now() - make_interval(days => %(days)s)", days=days)
        insert(on, "audit_log", login_id=by, action="product.updated", subject=f"{days}", at=at)
    assert ", 1 old line of the audit log dropped," in run("tidy").output
    assert [row.subject for row in rows(on, "SELECT subject FROM audit_log")] == ["1095"]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM {}", "too young"),
        ("UPDATE {0} SET {1} = {1}", "append-only"),
        ("TRUNCATE {}", "append-only"),
    ],
)
@pytest.mark.parametrize(("table", "column"), [("audit_log", "action"), ("document_buyer", "name")])
def test_nobody_changes_them_or_brings_their_end_nearer(
    fresh_database, table, column, statement, why
):
    name_buyer(fresh_database, "Buyer")
    insert(fresh_database, "audit_log", action="product.updated", subject="milk")
    with pytest.raises(psycopg2.errors.RestrictViolation, match=why):
        rows(fresh_database, statement.format(table, column))
