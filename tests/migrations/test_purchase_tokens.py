"""0019: guests find the purchases of before by their tokens, and those of the version before find them again."""

import pytest

from app.core.database import migrations
from tests.builders import filled_cart, on_sale, rows, value

# More than are filled in at once.
MANY = """
    WITH made AS (
        INSERT INTO cart (token_hash, status, expires_at)
        SELECT sha256(n::text::bytea), 'checked_out', now() FROM generate_series(1, 1100) n RETURNING *
    )
    INSERT INTO purchase (cart_id, token_hash, contact_name, currency, total, vat_total, pay_by)
    SELECT id, token_hash, 'Test', 'EUR', 1, 0, now() FROM made
"""
GO = """
    WITH gone AS (SELECT id, cart_id FROM purchase WHERE mod(invoice_number, 3) = 0),
    freed AS (UPDATE purchase SET cart_id = NULL WHERE id IN (SELECT id FROM gone))
    DELETE FROM cart WHERE id IN (SELECT cart_id FROM gone)
"""
TOKENS = "SELECT id, token_hash::text, version, updated_at FROM purchase ORDER BY id"
FOUND_BY_CART = """
    SELECT p.id, c.token_hash::text, p.version, p.updated_at
    FROM purchase p JOIN cart c ON c.id = p.cart_id AND c.status = 'checked_out' ORDER BY p.id
"""


@pytest.fixture
def shop(fresh_database):
    """Purchases of guests, of a third of which the carts have gone."""
    rows(fresh_database, MANY)
    rows(fresh_database, GO)
    return fresh_database


def test_back_and_forth(shop):
    before = rows(shop, TOKENS)
    names = {path.stem.removesuffix(".rollback") for path in migrations.DIRECTORY.glob("*.sql")}
    migrations.roll_back(shop.owner_url, sum(name >= "0019" for name in names))
    assert rows(shop, FOUND_BY_CART) == before
    migrations.migrate(shop.owner_url, shop.app_url)
    assert rows(shop, TOKENS) == before
    assert value(shop, "SELECT count(*) FROM purchase WHERE token_hash IS NULL") == 0


def test_a_checkout_after_it_is_as_before(fresh_database):
    names = {path.stem.removesuffix(".rollback") for path in migrations.DIRECTORY.glob("*.sql")}
    milk = on_sale(fresh_database)
    first, second = (filled_cart(fresh_database, (milk, 1)) for _ in range(2))
    place = "SELECT (made).id FROM check_out(%(cart)s, 'Jan', '555', NULL, 'EUR', 60)"
    migrations.roll_back(fresh_database.owner_url, sum(name >= "0019" for name in names))
    value(fresh_database, place, cart=first.id)
    migrations.migrate(fresh_database.owner_url, fresh_database.app_url)
    value(fresh_database, place, cart=second.id)
    found = rows(fresh_database, "SELECT token_hash FROM purchase ORDER BY invoice_number")
    assert [row.token_hash for row in found] == [first.token_hash, second.token_hash]
