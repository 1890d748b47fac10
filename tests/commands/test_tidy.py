"""`tidy` ends what nobody came back for, and nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.commands.batches import BATCH
from tests.builders import (
    brand,
    category,
    customer,
    filled_cart,
    guest_cart,
    insert,
    level_of,
    on_sale,
    placed,
    product,
    rows,
    stocked,
    stored_image,
    today,
    value,
)

AGO = datetime.now(UTC) - timedelta(days=2)
HOUR = timedelta(hours=1)


def purchases(on):
    return {row.id: row.status for row in rows(on, "SELECT id, status FROM purchase")}


def place(on, cart, sold, *, due):
    """Place a purchase of the cart's 2 of a product as checkout does; it has to be paid by `due`."""
    rows(on, "UPDATE cart SET status = 'checked_out' WHERE id = %(id)s", id=cart.id)
    made = insert(
        on,
        "purchase",
        cart_id=cart.id,
        token_hash=cart.token_hash,
        contact_name="Test",
        currency="EUR",
        total="5.00",
        vat_total="0.37",
        pay_by=due,
    )
    line = insert(
        on,
        "purchase_line",
        purchase_id=made.id,
        product_id=sold.id,
        code=sold.code,
        name="Test",
        unit="piece",
        quantity=2,
        price="2.50",
        discount_rate=0,
        unit_price="2.50",
        vat_rate="0.08",
        total="5.00",
        vat_amount="0.37",
    )
    lot = value(on, "SELECT id FROM stock WHERE product_id = %(id)s", id=sold.id)
    insert(on, "allocation", purchase_line_id=line.id, stock_id=lot, quantity=2)
    for table, key in (("stock", "product_id"), ("stock_level", "product_id")):
        rows(on, f"UPDATE {table} SET allocated = allocated + 2 WHERE {key} = %(id)s", id=sold.id)
    return made.id


def test_cancels_what_nobody_paid_in_time(run, fresh_database):
    sold = on_sale(fresh_database, stock=10)
    carts = [filled_cart(fresh_database, (sold, 2)) for _ in range(3)]
    late = place(fresh_database, carts[0], sold, due=AGO)
    in_time = place(fresh_database, carts[1], sold, due=datetime.now(UTC) + timedelta(hours=1))
    paid = place(fresh_database, carts[2], sold, due=AGO)
    insert(
        fresh_database, "payment", purchase_id=paid, kind="payment", method="cash", amount="5.00"
    )
    result = run("tidy")
    assert result.output.startswith("1 unpaid purchase cancelled"), result.output
    assert purchases(fresh_database) == {late: "cancelled", in_time: "placed", paid: "placed"}
    assert level_of(fresh_database, sold).allocated == 4
    assert run("verify").exit_code == 0
    assert run("tidy").output.startswith("0 unpaid purchases cancelled")


def test_nothing_due_is_never_unpaid(run, fresh_database):
    """From when half a cent was nothing: there may be purchases that cost 0.00."""
    cart = filled_cart(fresh_database)
    rows(fresh_database, "UPDATE cart SET status = 'checked_out' WHERE id = %(id)s", id=cart.id)
    free = insert(
        fresh_database,
        "purchase",
        cart_id=cart.id,
        token_hash=cart.token_hash,
        contact_name="Test",
        currency="EUR",
        total=0,
        vat_total=0,
        pay_by=AGO,
    )
    assert run("tidy").output.startswith("0 unpaid purchases cancelled")
    assert purchases(fresh_database) == {free.id: "placed"}


def test_serves_from_fresh_lots_what_expired_ones_have_promised(run, fresh_database):
    sold = on_sale(fresh_database, stock=None)
    yesterday = today(fresh_database) - timedelta(days=1)
    old = stocked(fresh_database, sold, 7, expires_on=yesterday)
    placed(fresh_database, (old, 2), pay_by=AGO)
    unpaid, paid = placed(fresh_database, (old, 3)), placed(fresh_database, (old, 2), paid=2)
    fresh = stocked(fresh_database, sold, 2)
    assert "1 purchase served from fresh lots," in run("tidy").output
    served = rows(
        fresh_database,
        "SELECT l.purchase_id, a.stock_id FROM allocation a"
        " JOIN purchase_line l ON l.id = a.purchase_line_id JOIN purchase p ON p.id = l.purchase_id"
        " WHERE p.status = 'placed'",
    )
    assert {row.purchase_id: row.stock_id for row in served} == {
        unpaid.id: old.id,
        paid.id: fresh.id,
    }
    assert run("verify").exit_code == 0
    assert ", 0 purchases served from fresh lots," in run("tidy").output


def test_forgets_what_happened_long_ago(run, fresh_database):
    for days in (89, 91):
        rows(
            fresh_database,
            "INSERT INTO event (kind, at) VALUES ('purchase.placed', now() - make_interval(days => %(days)s))",
            days=days,
        )
    assert ", 1 old event forgotten," in run("tidy").output
    assert value(fresh_database, "SELECT now() - at < interval '90 days' FROM event")


def test_drops_old_carts_and_keeps_the_others(run, fresh_database):
    sold = on_sale(fresh_database)
    filled_cart(fresh_database, (sold, 1), hours=-1)
    kept = guest_cart(fresh_database)
    assert "1 old cart dropped" in run("tidy").output
    assert [row.id for row in rows(fresh_database, "SELECT id FROM cart")] == [kept.id]


def test_deletes_images_that_nothing_has(run, fresh_database):
    unnamed, kept = stored_image(fresh_database), stored_image(fresh_database)
    category(fresh_database, image=kept.hash)
    assert "1 image deleted that nothing has" in run("tidy").output
    assert [row.hash for row in rows(fresh_database, "SELECT hash FROM image")] == [kept.hash]
    assert "0 images deleted" in run("tidy").output
    assert unnamed.hash != kept.hash


def test_forgets_slots_that_are_long_over(run, fresh_database):
    made = [
        insert(fresh_database, "slot", starts_at=ago, ends_at=ago + HOUR, capacity=2, taken=0)
        for ago in (AGO, AGO - timedelta(days=31))
    ]
    assert ", 1 slot forgotten that is over," in run("tidy").output
    assert [row.starts_at for row in rows(fresh_database, "SELECT * FROM slot")] == [
        made[0].starts_at
    ]


def test_sums_up_days_that_are_over_for_reports(run, fresh_database):
    purchase = placed(fresh_database, (stocked(fresh_database, product(fresh_database), 2), 2))
    columns = {"purchase_id": purchase.id, "kind": "payment", "method": "cash", "amount": 2}
    insert(fresh_database, "payment", **columns, at=datetime.now(UTC) - timedelta(days=5))
    assert re.search(r", [45] days summed up for reports\.", run("tidy").output)
    assert value(fresh_database, "SELECT sum(taken) FROM paid_hour") == 2
    assert ", 0 days summed up for reports." in run("tidy").output


def test_drops_checked_out_carts(run, fresh_database):
    query = (
        "UPDATE purchase SET placed_at = now() - make_interval(days => %(days)s) WHERE id = %(id)s"
    )
    sold = on_sale(fresh_database)
    kept, gone = (
        place(fresh_database, filled_cart(fresh_database, (sold, 2)), sold, due=AGO) for _ in (1, 2)
    )
    for purchase, days in ((kept, 6), (gone, 8)):
        rows(fresh_database, query, days=days, id=purchase)
    assert ", 1 checked-out cart dropped," in run("tidy").output
    left = rows(fresh_database, "SELECT id FROM purchase WHERE cart_id IS NOT NULL")
    assert [row.id for row in left] == [kept]
    assert value(fresh_database, "SELECT count(*) FROM cart") == 1
    assert run("verify").exit_code == 0
    assert ", 0 checked-out carts dropped," in run("tidy").output


def test_ends_sessions_and_forgets_keys_and_attempts(run, fresh_database):
    person = customer(fresh_database)
    rows(
        fresh_database,
        "UPDATE session SET created_at = %(ago)s, expires_at = %(ago)s + interval '1 hour'",
        ago=AGO,
    )
    kept = customer(fresh_database)
    for key, created_at in (("old", AGO), ("new", datetime.now(UTC))):
        insert(
            fresh_database,
            "idempotency_key",
            principal=f"login:{person.login_id}",
            route="POST /x",
            key=key,
            request_hash=bytes(32),
            status=201,
            headers={},
            body="{}",
            created_at=created_at,
        )
    for number, ends in enumerate((AGO, datetime.now(UTC) + timedelta(hours=1))):
        insert(fresh_database, "attempt", key=bytes([number] * 32), tries=1, window_ends_at=ends)
    result = run("tidy")
    assert (
        "1 session ended, 1 count of attempts dropped, 1 idempotency key forgotten" in result.output
    )
    assert value(fresh_database, "SELECT id FROM session") == kept.session_id
    assert value(fresh_database, "SELECT key FROM idempotency_key") == "new"
    assert value(fresh_database, "SELECT count(*) FROM attempt") == 1


def test_does_the_rest_where_a_part_fails(run, fresh_database):
    rows(fresh_database, "REVOKE DELETE ON cart FROM ogs_app")
    filled_cart(fresh_database, (on_sale(fresh_database), 1), hours=-1)
    customer(fresh_database)
    rows(
        fresh_database,
        "UPDATE session SET created_at = %(ago)s, expires_at = %(ago)s + interval '1 hour'",
        ago=AGO,
    )
    result = run("tidy")
    assert result.exit_code == 1
    assert "Not all old carts dropped: permission denied" in result.output
    assert "1 session ended" in result.output
    assert value(fresh_database, "SELECT count(*) FROM session") == 0


def found(on, q):
    """Return how many products a search finds, with all of its words."""
    query = """
        SELECT count(*) FROM product p CROSS JOIN sought_products(%(q)s, false, true) s
        WHERE p.search @@ s.query
    """
    return value(on, query, q=q)


@pytest.mark.parametrize("table", ["brand", "category"])
def test_lets_very_many_products_be_found_by_a_new_name_in_steps(run, fresh_database, table):
    """The rename itself is done at once, and a product's version stays."""
    row = {"brand": brand, "category": category}[table](fresh_database, name="Oldest")
    other = category(fresh_database)
    rows(
        fresh_database,
        f"""
        INSERT INTO product (code, name, brand_id, category_id, unit, price, vat_rate, active)
        SELECT n, 'Jam', %(brand)s, %(category)s, 'piece', 1, 0.07, n %% 4 > 0 FROM generate_series(1, {BATCH + 20}) n
        """,
        brand=row.id if table == "brand" else None,
        category=row.id if table == "category" else other.id,
    )
    rows(fresh_database, f"UPDATE {table} SET name = 'Newest' WHERE id = %(id)s", id=row.id)
    assert (found(fresh_database, "oldest jam"), found(fresh_database, "newest jam")) == (520, 0)
    # What changes meanwhile is right at once.
    rows(fresh_database, "UPDATE product SET name = 'Jelly' WHERE code = '7'")
    assert found(fresh_database, "newest jelly") == 1
    assert "520 renamed products made findable" in run("tidy").output
    assert (found(fresh_database, "oldest"), found(fresh_database, "newest jam")) == (0, 519)
    versions = (
        "SELECT DISTINCT version, updated_at = created_at AS same FROM product WHERE code <> '7'"
    )
    assert [(row.version, row.same) for row in rows(fresh_database, versions)] == [(1, True)]
    assert value(fresh_database, "SELECT version FROM product WHERE code = '7'") == 2
    assert "0 renamed products made findable" in run("tidy").output


def test_goes_on_with_what_was_renamed_again_from_its_beginning(run, fresh_database):
    row = category(fresh_database, name="First")
    rows(
        fresh_database,
        """
        INSERT INTO product (code, name, category_id, unit, price, vat_rate)
        SELECT n, 'Jam', %(category)s, 'piece', 1, 0.07 FROM generate_series(1, 230) n
        """,
        category=row.id,
    )
    rows(fresh_database, "UPDATE category SET name = 'Second' WHERE id = %(id)s", id=row.id)
    assert value(fresh_database, "SELECT renew_product_search(100)") == 100
    assert (found(fresh_database, "first"), found(fresh_database, "second")) == (130, 100)
    rows(fresh_database, "UPDATE category SET name = 'Third' WHERE id = %(id)s", id=row.id)
    assert "230 renamed products made findable" in run("tidy").output
    assert found(fresh_database, "third") == 230
