"""`tidy` and `import` have products follow the discounts that are on them; `tidy` has prices come into force."""

from datetime import timedelta

from tests.builders import category, discount, product, rows, today, value


def test_mends_what_was_missed_and_drops_what_nobody_has(run, fresh_database):
    on = fresh_database
    sold = product(on, discount=discount(on))
    missed = discount(on, "0.5000", products=[sold.code])
    gone = product(on, discount=discount(on))
    # As a product comes that was written before the discount was committed.
    rows(
        on,
        "INSERT INTO discount_set (discounts) VALUES (ARRAY[999]); ALTER TABLE product DISABLE TRIGGER product_discount_set;"
        "UPDATE product SET discount_set = (SELECT id FROM discount_set WHERE discounts = ARRAY[999::bigint]);"
        "ALTER TABLE product ENABLE TRIGGER product_discount_set",
    )
    result = run("tidy")
    assert "2 products given their discounts" in result.output
    assert (
        value(on, "SELECT discount_id FROM offer WHERE product_id = %(id)s", id=sold.id)
        == missed.id
    )
    assert (
        value(on, "SELECT discount_id FROM offer WHERE product_id = %(id)s", id=gone.id)
        == gone.discount_id
    )
    used = rows(
        on,
        "SELECT count(*) AS used FROM discount_set s WHERE EXISTS (SELECT FROM product p WHERE p.discount_set = s.id)",
    )
    assert used[0].used == value(on, "SELECT count(*) FROM discount_set") == 2


def test_lists_products_at_the_prices_whose_day_has_come(run, fresh_database):
    on = fresh_database
    sold, later = product(on, "2.00"), product(on, "2.00")
    rows(
        on,
        "INSERT INTO coming_price (product_id, starts_on, price) VALUES (%(a)s, %(long_ago)s, 4), (%(a)s, %(now)s, 3), (%(b)s, %(next)s, 3)",
        a=sold.id,
        b=later.id,
        long_ago=today(on) - timedelta(days=40),
        now=today(on),
        next=today(on) + timedelta(days=1),
    )
    assert "2 products listed at their new prices" in run("tidy").output
    prices = [
        str(value(on, "SELECT price FROM product WHERE id = %(id)s", id=each.id))
        for each in (sold, later)
    ]
    assert prices == ["3.00", "2.00"]


def test_very_many_follow_a_discount_that_is_imported(run, fresh_database, tmp_path):
    on = fresh_database
    rows(
        on,
        "INSERT INTO product (code, name, category_id, unit, price, vat_rate)"
        " SELECT 'nail-' || n, 'Nail', %(kind)s, 'piece', 2, 0 FROM generate_series(1, 2500) n",
        kind=category(on, code="nails").id,
    )
    file = tmp_path / "discounts.csv"
    file.write_text("code,name,rate,categories,starts_on\nall,All,0.5,nails,2020-01-01\n")
    assert run("import", "discounts", file).exit_code == 0
    assert value(on, "SELECT count(*) FROM offer WHERE unit_price = 1") == 2500
