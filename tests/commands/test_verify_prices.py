"""`verify` names prices that do not follow from discounts."""

import pytest

from tests.builders import category, discount, filled_cart, on_sale, product, rows, value

PLACE = "SELECT (made).id FROM place_order(%(cart)s, 'Jan', '555', NULL, 'EUR', 60, NULL, NULL, NULL, NULL)"


@pytest.mark.parametrize(
    ("terms", "charged"),
    [
        ({"rate": "0.1000"}, "unit price 1.80, total 5.40"),
        ({"rate": None, "amount": "0.50"}, "unit price 1.50, total 4.50"),
        ({"rate": None, "buy": 3, "pay": 2}, "unit price 2.00, total 4.00"),
        ({"rate": None, "buy": 2, "price": "3.00"}, "unit price 2.00, total 5.00"),
    ],
)
def test_a_line_follows_from_the_discount_that_it_says(run, fresh_database, terms, charged):
    on = fresh_database
    sold = on_sale(on, price="2.00", vat_rate="0", discount=discount(on, **terms))
    made = value(on, PLACE, cart=filled_cart(on, (sold, 3)).id)
    result = run("verify")
    assert result.exit_code == 0, result.output
    rows(on, "UPDATE purchase_line SET discount = NULL, discount_rate = 0")
    result = run("verify")
    assert (result.exit_code, f"purchase {made} line" in result.output) == (1, True)
    assert charged in result.output


def test_a_line_whose_rate_is_not_its_discounts(run, fresh_database):
    on = fresh_database
    sold = on_sale(on, price="2.00", vat_rate="0", discount=discount(on, "0.1000"))
    value(on, PLACE, cart=filled_cart(on, (sold, 3)).id)
    rows(on, """UPDATE purchase_line SET discount = discount || '{"rate": "0.2000"}'""")
    assert "unit price 1.80, total 5.40" in run("verify").output


def test_a_product_has_the_discounts_that_are_on_it(run, fresh_database):
    on = fresh_database
    kind = category(on)
    sold = product(on, category=kind)
    made = discount(on, categories=[kind.code])
    ended = discount(on, categories=[kind.code])
    rows(
        on,
        "ALTER TABLE discount DISABLE TRIGGER discount_follow;"
        "UPDATE discount SET ends_on = '2020-01-02' WHERE id = %(id)s;"
        "ALTER TABLE discount ENABLE TRIGGER discount_follow",
        id=ended.id,
    )
    result = run("verify")
    assert result.exit_code == 0, result.output
    rows(
        on,
        "ALTER TABLE product DISABLE TRIGGER product_discount_set; UPDATE product SET discount_set = 0;"
        "ALTER TABLE product ENABLE TRIGGER product_discount_set",
    )
    result = run("verify")
    assert f"product {sold.code}: discounts {{}}, on it are {{{made.id}}}" in result.output
    run("tidy")
    result = run("verify")
    assert result.exit_code == 0, result.output
