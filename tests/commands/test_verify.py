"""`verify` is quiet on a shop that adds up, and names each row that does not."""

import pytest

from tests.builders import filled_cart, on_sale, product, rows, value


@pytest.fixture
def purchase(fresh_database):
    """A placed purchase of 2 of a product of which there are 10, at 2.50; its line's id and lot's too."""
    sold = on_sale(fresh_database, stock=10)
    cart = filled_cart(fresh_database, (sold, 2))
    (made,) = rows(
        fresh_database,
        """
        WITH ended AS (UPDATE cart SET status = 'checked_out' WHERE id = %(cart)s),
        p AS (
            INSERT INTO purchase (cart_id, token_hash, contact_name, currency, total, vat_total, pay_by)
            VALUES (%(cart)s, %(token_hash)s, 'Test', 'EUR', 5.00, 0.37, now() + interval '1 hour') RETURNING id
        ), l AS (
            INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price,
                discount_rate, unit_price, vat_rate, total, vat_amount)
            SELECT p.id, %(product)s, 'x', 'x', 'piece', 2, 2.50, 0, 2.50, 0.08, 5.00, 0.37 FROM p RETURNING id
        ), a AS (
            INSERT INTO allocation (purchase_line_id, stock_id, quantity)
            SELECT l.id, s.id, 2 FROM l, stock s WHERE s.product_id = %(product)s RETURNING stock_id
        ), lot AS (UPDATE stock SET allocated = 2 WHERE product_id = %(product)s),
        level AS (UPDATE stock_level SET allocated = 2 WHERE product_id = %(product)s)
        SELECT p.id, l.id AS line, a.stock_id AS lot, %(code)s AS product FROM p, l, a
        """,
        cart=cart.id,
        token_hash=cart.token_hash,
        product=sold.id,
        code=sold.code,
    )
    return made


def test_an_empty_shop_is_consistent(run):
    result = run("verify")
    assert (result.exit_code, result.output.split(":")[-1]) == (0, " all is consistent.\n")


def test_a_placed_purchase_is_consistent(run, purchase):
    result = run("verify")
    assert result.exit_code == 0, result.output


# Each as the owner could do it with the triggers off: what an app's bug or a restore might leave.
COUPON = (
    "INSERT INTO coupon (code, name, amount, starts_on) VALUES ('ten', 'Ten', 1, '2020-01-01');"
)
BREACHES = {
    "a lot's on_hand": (
        "UPDATE stock SET on_hand = on_hand + 1",
        "lot {p.lot}: on_hand 11.000",
    ),
    "goods reduced by nothing": (
        "UPDATE purchase_line SET best_before = CURRENT_DATE",
        "line {p.line}: best before",
    ),
    "a level's on_hand": (
        "UPDATE stock_level SET on_hand = on_hand + 1",
        "product {p.product}: on_hand 11.000, movements 10.000",
    ),
    "a lot's allocated": (
        "UPDATE stock SET allocated = 1",
        "lot {p.lot}: allocated 1.000",
    ),
    "a level's allocated": (
        "UPDATE stock_level SET allocated = 3",
        "product {p.product}: level",
    ),
    "an allocation": (
        "UPDATE allocation SET quantity = 1",
        "purchase {p.id} line {p.line}: quantity 2.000",
    ),
    "a lost allocation": (
        "DELETE FROM allocation",
        "purchase {p.id} line {p.line}: quantity 2.000, allocated 0",
    ),
    "a sale that was not collected": (
        (
            "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id)"
            " SELECT 'sale', s.product_id, s.id, -1, '{p.id}' FROM stock s"
        ),
        "purchase {p.id} lot {p.lot}: allocated 0, sale movements 1.000",
    ),
    "a collected purchase without movements": (
        "UPDATE purchase SET status = 'collected', collected_at = now()",
        "purchase {p.id} lot {p.lot}: allocated 2.000, sale movements 0",
    ),
    "an unpaid collected purchase": (
        "UPDATE purchase SET status = 'collected', collected_at = now()",
        "purchase {p.id}: total 5.00, paid 0",
    ),
    "a return of more than was sold": (
        (
            "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id)"
            " SELECT 'return', s.product_id, s.id, 1, '{p.id}' FROM stock s"
        ),
        "purchase {p.id} lot {p.lot}: sold and returned 1.000",
    ),
    "a return of another line": (
        (
            "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, purchase_line_id)"
            " SELECT 'return', s.product_id, s.id, 3, '{p.id}', {p.line} FROM stock s"
        ),
        "line {p.line} lot {p.lot}: returned 3.000, served 2.000",
    ),
    "a deposit on other pieces than were sold": (
        (
            "INSERT INTO purchase_line (purchase_id, deposit_of, code, name, unit, quantity, price,"
            " discount_rate, unit_price, vat_rate, total, vat_amount)"
            " SELECT purchase_id, id, 'bottle', 'Bottle', 'piece', 3, 0.25, 0, 0.25, 0, 0.75, 0"
            " FROM purchase_line"
        ),
        "deposit on 3.000, goods 2.000",
    ),
    "a coupon that no line tells of": (
        (
            f"{COUPON} UPDATE purchase SET coupon_id = 1, coupon_amount = 1;"
            " UPDATE coupon SET used = 1"
        ),
        "purchase {p.id}: coupon 1.00, lines 0",
    ),
    "a use of a coupon that was not": (
        f"{COUPON} UPDATE coupon SET used = 1",
        "coupon ten: used 1, purchases 0",
    ),
    "a code that another purchase redeemed": (
        f"{COUPON} INSERT INTO coupon_code VALUES ('AAAABBBBCCCC', 1, '{{p.id}}')",
        "purchase {p.id}: code of coupon 1, redeemed none, placed",
    ),
    "a place in a slot that nobody has": (
        "INSERT INTO slot VALUES ('2020-01-01T08:00:00Z', '2020-01-01T09:00:00Z', 5, 1)",
        "slot 2020-01-01T08:00:00.000000Z: taken 1, purchases 0",
    ),
    "a purchase without a place in its slot": (
        "UPDATE purchase SET slot_start = now(), slot_end = now() + interval '1 hour'",
        "Z: taken 0, purchases 1",
    ),
    "a label that charges something else": (
        "UPDATE purchase_line SET label_price = 4.00",
        "purchase {p.id} line {p.line}: unit price 2.50, total 5.00",
    ),
    "a purchase's total": (
        "UPDATE purchase SET total = 6",
        "purchase {p.id}: total 6.00 with VAT 0.37",
    ),
    "a line's total": (
        "UPDATE purchase_line SET total = 4.99; UPDATE purchase SET total = 4.99",
        "purchase {p.id} line {p.line}: unit price 2.50, total 4.99",
    ),
    "a kept sum of payments": (
        "UPDATE purchase SET paid = 1",
        "purchase {p.id}: paid 1.00, payments less refunds 0",
    ),
    "a refund of nothing": (
        (
            "INSERT INTO payment (purchase_id, kind, method, amount) VALUES ('{p.id}', 'refund', 'cash', 1)"
        ),
        "purchase {p.id}: placed, total 5.00, paid 0, refunded 1.00",
    ),
    "an overpayment": (
        (
            "INSERT INTO payment (purchase_id, kind, method, amount) VALUES ('{p.id}', 'payment', 'cash', 6)"
        ),
        "purchase {p.id}: placed, total 5.00, paid 6.00, refunded 0",
    ),
    "money kept of a cancelled purchase": (
        (
            "INSERT INTO payment (purchase_id, kind, method, amount) VALUES ('{p.id}', 'payment', 'cash', 5);"
            "UPDATE purchase SET status = 'cancelled', cancelled_at = now();"
            "UPDATE stock SET allocated = 0;"
            " UPDATE stock_level SET allocated = 0"
        ),
        "purchase {p.id}: cancelled, total 5.00, paid 5.00",
    ),
    "a cart that forgot its purchase": (
        "UPDATE cart SET status = 'open'",
        "cart ",
    ),
    "a purchase that nobody can open": (
        "UPDATE purchase SET token_hash = NULL",
        "purchase {p.id}: a guest's without a token",
    ),
    "a purchase that another guest can open": (
        "UPDATE purchase SET token_hash = sha256('')",
        "purchase {p.id}: another token than its cart's",
    ),
}


FREE = """
    ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_charged_check;
    UPDATE purchase_line SET price = 0.01, discount_rate = 0.6, unit_price = 0, total = 0, vat_amount = 0;
    UPDATE purchase SET total = 0, vat_total = 0, pricing_rules = {rules};
"""


@pytest.mark.parametrize(("rules", "exit_code"), [(1, 0), (2, 1)])
def test_what_was_sold_for_nothing_is_right_only_if_it_was_so_then(
    run, fresh_database, purchase, rules, exit_code
):
    rows(fresh_database, FREE.format(rules=rules))
    result = run("verify")
    assert result.exit_code == exit_code
    said = (
        f"purchase {purchase.id} line {purchase.line}: unit price 0.00, total 0.00" in result.output
    )
    assert said == (exit_code == 1)


BY_LINE = """
    UPDATE purchase_line SET vat_amount = vat_amount(total, vat_rate);
    UPDATE purchase SET vat_total = (SELECT sum(vat_amount) FROM purchase_line), pricing_rules = {rules};
"""
# Each makes the right sum of parts that are not by largest remainder.
WRONG_PARTS = """
    WITH line AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM purchase_line)
    UPDATE purchase_line l SET vat_amount = (ARRAY{parts}::numeric[])[line.place] FROM line WHERE line.id = l.id
"""


class TestVat:
    """Of 1.00, 1.19 and 3.19 at 7 %: 0.35 in all; the shares are 6.506, 7.742 and 20.75 cents."""

    @pytest.fixture
    def placed(self, fresh_database):
        goods = [
            on_sale(fresh_database, price=price, vat_rate="0.0700")
            for price in ("1.00", "1.19", "3.19")
        ]
        cart = filled_cart(fresh_database, *((each, 1) for each in goods))
        query = "SELECT (made).id FROM place_order(%(cart)s, 'Jan', '555', NULL, 'EUR', 60, NULL, NULL, NULL, NULL)"
        return value(fresh_database, query, cart=cart.id)

    def test_of_a_checkout_is_consistent(self, run, fresh_database, placed):
        parts = [
            row.vat_amount
            for row in rows(fresh_database, "SELECT vat_amount FROM purchase_line ORDER BY id")
        ]
        assert list(map(str, parts)) == ["0.06", "0.08", "0.21"]
        result = run("verify")
        assert result.exit_code == 0, result.output

    @pytest.mark.parametrize(("rules", "exit_code"), [(1, 0), (2, 1)])
    def test_of_each_line_alone_is_right_only_if_it_was_so_then(
        self, run, fresh_database, placed, rules, exit_code
    ):
        rows(fresh_database, BY_LINE.format(rules=rules))
        assert value(fresh_database, "SELECT vat_total::text FROM purchase") == "0.36"
        result = run("verify")
        assert result.exit_code == exit_code, result.output
        assert ("VAT 0.07 of 1.00, of the VAT 0.35 of 5.38" in result.output) == (exit_code == 1)

    @pytest.mark.parametrize("parts", [[0.07, 0.08, 0.20], [0.07, 0.07, 0.21], [0.05, 0.08, 0.22]])
    def test_shared_out_otherwise_is_named(self, run, fresh_database, placed, parts):
        rows(fresh_database, WRONG_PARTS.format(parts=parts))
        result = run("verify")
        assert result.exit_code == 1
        assert result.output.count(f"purchase {placed} line") == 3


def test_counts_as_people_do(run, purchase):
    assert run("verify").output.startswith("1 product, 1 lot, 1 movement, 1 purchase, 0 payments ")


@pytest.mark.parametrize("breach", BREACHES)
def test_names_the_row_that_is_off(run, fresh_database, purchase, breach):
    statement, line = BREACHES[breach]
    rows(fresh_database, "ALTER TABLE payment DISABLE TRIGGER payment_check")
    rows(fresh_database, statement.format(p=purchase))
    result = run("verify")
    assert result.exit_code == 1
    assert line.format(p=purchase) in result.output


def test_an_invoice_request_that_counts_what_never_came(run, fresh_database):
    sold = on_sale(fresh_database, stock=None)
    from tests.builders import invoice_request

    made = invoice_request(fresh_database, (sold, 5, "1.0000"))
    rows(fresh_database, "UPDATE invoice_request_line SET received = 2")
    result = run("verify")
    assert result.exit_code == 1
    line = value(fresh_database, "SELECT id FROM invoice_request_line")
    assert f"invoice request {made.code} line {line}: received 2.000, receipts 0" in result.output
    rows(fresh_database, "UPDATE invoice_request_line SET received = 7")
    said = f"invoice request {made.code} line {line}: above 2.000, written down 0"
    assert said in run("verify").output


@pytest.mark.parametrize(
    ("corruption", "said"),
    [
        ("DELETE FROM barcode WHERE pieces = 6", "of product {code} is not found"),
        (
            "UPDATE barcode SET pieces = 7 WHERE pieces = 6",
            "of product {code} on 6 pieces is found as one on 7",
        ),
        (
            "UPDATE barcode SET gtin14 = '04006381333931' WHERE pieces = 1",
            "is found as one of product {code}, which does not have it",
        ),
        (
            "UPDATE barcode SET product_id = (SELECT max(id) FROM product) WHERE pieces = 6",
            "of product {code} is not found",
        ),
    ],
)
def test_a_barcode_that_is_not_the_products(run, fresh_database, corruption, said):
    made = product(fresh_database, gtin="96385074", other_barcodes=[("40170725", 6)])
    product(fresh_database)
    assert run("verify").exit_code == 0
    rows(fresh_database, corruption)
    result = run("verify")
    assert result.exit_code == 1
    assert said.format(code=made.code) in result.output
