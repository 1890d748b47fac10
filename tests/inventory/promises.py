"""What lots have promised to whom, for tests that move it."""

from datetime import timedelta

from tests.builders import level_of, rows, today


def expire(database, lot):
    day = today(database) - timedelta(days=1)
    query = "UPDATE stock SET expires_on = %(day)s WHERE id = %(id)s"
    rows(database, query, day=day, id=lot.id)


def promised(database, purchase):
    """Return how much each lot has promised to a purchase: a row, its JSON, or its id."""
    query = """
        SELECT a.stock_id, a.quantity FROM allocation a
        JOIN purchase_line l ON l.id = a.purchase_line_id WHERE l.purchase_id = %(id)s
    """
    key = purchase["id"] if isinstance(purchase, dict) else getattr(purchase, "id", purchase)
    return {row.stock_id: row.quantity for row in rows(database, query, id=key)}


def consistent(database, product):
    """Check that what lots and level have promised is what purchases that wait hold."""
    query = """
        SELECT s.id, s.allocated, coalesce(sum(a.quantity) FILTER (WHERE p.id IS NOT NULL), 0) AS held
        FROM stock s
        LEFT JOIN allocation a ON a.stock_id = s.id
        LEFT JOIN purchase_line l ON l.id = a.purchase_line_id
        LEFT JOIN purchase p ON p.id = l.purchase_id AND p.status = 'placed'
        WHERE s.product_id = %(id)s GROUP BY s.id
    """
    found = rows(database, query, id=product.id)
    assert all(lot.allocated == lot.held for lot in found)
    assert level_of(database, product).allocated == sum(lot.allocated for lot in found)
