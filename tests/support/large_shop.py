"""A database with so many rows in each table that grows that PostgreSQL plans as it would for a large shop."""

from contextlib import closing

import psycopg2

from tests.support.database import Cluster, Database

# All tables that grow with the catalogue, its customers or its sales.
BIG = frozenset(
    """
    product product_word barcode sales_rank sales_of_day facet_count stock stock_level stock_movement invoice_request invoice_request_line
    supplier_article delivery_deviation
    coupon coupon_code cart cart_item purchase purchase_line allocation payment event cash_movement
    document document_line document_vat document_buyer uncounted stock_count stock_count_product stock_count_scan stock_correction
    product_day product_month sold_hour paid_hour promoted_day
    login customer session idempotency_key audit_log attempt image former_price coming_price slot
    """.split()  # noqa: SIM905 - a list of strings would fill a page
)

_ROWS = """
INSERT INTO brand (code, name) SELECT 'brand-' || n, 'Brand ' || n FROM generate_series(1, 100) n;
INSERT INTO category (code, name, parent_id)
    SELECT 'category-' || n, 'Category ' || n, CASE WHEN n > 5 THEN 1 + n % 5 END FROM generate_series(1, 30) n;
INSERT INTO discount (code, name, rate, starts_on) SELECT 'discount-' || n, n, n / 10.0, '2020-01-01' FROM generate_series(1, 5) n;
INSERT INTO supplier (code, name) VALUES ('supplier', 'Supplier');
INSERT INTO product (code, gtin, name, brand_id, category_id, discount_id, unit, price, vat_rate, active, search_text)
    SELECT n, 20000000 + n * 10 + (1000 - 6 - 3 * (n % 10 + n / 100 % 10 + n / 10000) - n / 10 % 10 - n / 1000 % 10) % 10, name, 1 + n % 100, 6 + n % 25,
        CASE WHEN n % 7 = 0 THEN 1 + n % 5 END, 'piece', 1 + n % 900, 0.07, n % 50 > 0, name || ' goods'
    FROM (SELECT n, translate(md5((n % 3000)::text), '0123456789', 'ghijklmnop') AS name FROM generate_series(1, 15000) n) made;
UPDATE product SET plu = lpad(id::text, 5, '0');
INSERT INTO barcode (gtin14, product_id, pieces) SELECT lpad(gtin, 14, '0'), id, 1 FROM product;
INSERT INTO image (hash, small, medium, large, width, height)
    SELECT encode(sha256(bytes), 'hex'), bytes, bytes, bytes, 1, 1
    FROM (SELECT n::text::bytea AS bytes FROM generate_series(1, 10000) n) made;
UPDATE product SET image = encode(sha256((1 + id % 9000)::text::bytea), 'hex') WHERE id % 3 > 0;
UPDATE category SET image = encode(sha256(id::text::bytea), 'hex') WHERE id > 9;
INSERT INTO former_price (product_id, price, discounts, until)
    SELECT n, 3, CASE WHEN n % 7 = 0 THEN ARRAY[1 + n % 5] ELSE '{}' END, now() - n * interval '1 hour' FROM generate_series(1, 15000) n;
INSERT INTO coming_price (product_id, starts_on, price)
    SELECT n, CURRENT_DATE + n % 1000 + 1, 3 FROM generate_series(1, 15000) n;
INSERT INTO product_word SELECT DISTINCT name FROM product UNION SELECT 'goods';
INSERT INTO sales_of_day (product_id, day, sales) SELECT id, CURRENT_DATE - (id % 40)::int, 1 + id % 9 FROM product;
INSERT INTO sales_rank (product_id, sales) SELECT product_id, sales FROM sales_of_day;
INSERT INTO facet_count (round, facet, value, products)
    SELECT 1 + n / 15000, CASE WHEN n % 15000 < 14000 THEN 'brand' WHEN n % 2 = 0 THEN 'category' ELSE 'price' END, n % 15000, 1 + n % 90
    FROM generate_series(0, 29999) n;
UPDATE facet_round SET finished = 1, counted_at = now();
INSERT INTO stock (product_id, supplier_id, on_hand, unit_cost, expires_on)
    SELECT 1 + n % 15000, 1, 5, 1, CURRENT_DATE - 10 + n % 300 FROM generate_series(1, 20000) n;
INSERT INTO stock_level (product_id, on_hand) SELECT id, 5 FROM product;
INSERT INTO uncounted (product_id, quantity, since) SELECT id, 1, now() - id * interval '1 minute' FROM product WHERE id % 3 > 0;
INSERT INTO stock_count (code, status, ended_at)
    SELECT 'CT-' || lpad(n::text, 6, '0'), CASE WHEN n = 700 THEN 'open' ELSE 'approved' END, CASE WHEN n < 700 THEN now() END
    FROM generate_series(1, 700) n;
INSERT INTO stock_count_product (count_id, product_id, place, open)
    SELECT 1 + id % 700, id, 1 + id / 700, id % 700 = 699 FROM product;
INSERT INTO stock_count_scan (count_id, id, product_id, round, quantity, counted_at, said_at)
    SELECT 1 + id % 700, md5(id::text)::uuid, id, 1, 5, now() - interval '1 minute', now() FROM product;
INSERT INTO stock_correction (stock_id, field, was, becomes, reason)
    SELECT n, 'expires_on', '2026-01-01', '2026-01-02', 'misread' FROM generate_series(1, 15000) n;
INSERT INTO invoice_request (code, supplier_id, status)
    SELECT n, 1, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'received' END FROM generate_series(1, 10000) n;
INSERT INTO invoice_request_line (invoice_request_id, product_id, quantity, received, unit_cost)
    SELECT 1 + n % 10000, n, 5, CASE WHEN (1 + n % 10000) % 100 = 0 THEN 0 ELSE 5 END, 1 FROM generate_series(1, 15000) n;
INSERT INTO supplier_article (supplier_id, product_id, unit_cost, preferred) SELECT 1, id, 1, true FROM product;
INSERT INTO delivery_deviation (invoice_request_line_id, kind, quantity, reason)
    SELECT n, 'rejected', 1, 'broken' FROM generate_series(1, 15000) n;
INSERT INTO login (email, password_hash, role)
    SELECT n || '@shop.test', '$argon2id$', CASE WHEN n % 1000 = 0 THEN 'clerk' ELSE 'customer' END FROM generate_series(1, 15000) n;
INSERT INTO staff (login_id, name) SELECT id, 'Clerk' FROM login WHERE role = 'clerk';
INSERT INTO customer (login_id, name) SELECT id, 'Customer ' || id FROM login WHERE role = 'customer';
INSERT INTO session (login_id, token_hash, expires_at)
    SELECT n, sha256(n::text::bytea), now() + n * interval '1 minute' FROM generate_series(1, 15000) n;
INSERT INTO attempt (key, tries, window_ends_at)
    SELECT sha256(n::text::bytea), 1, now() + n * interval '1 minute' FROM generate_series(1, 15000) n;
INSERT INTO event (kind, at) SELECT 'purchase.placed', now() - n * interval '1 hour' FROM generate_series(1, 15000) n;
INSERT INTO audit_log (login_id, action, subject) SELECT 1, 'product.updated', 'product:' || n FROM generate_series(1, 15000) n;
INSERT INTO idempotency_key (principal, route, key, request_hash, status, headers, body, created_at)
    SELECT 'login:' || n, 'orders.pay', n, sha256(''), 201, '{}', '', now() - n * interval '1 minute' FROM generate_series(1, 15000) n;
INSERT INTO coupon (code, name, amount, starts_on, single_use)
    SELECT 'coupon-' || n, 'Coupon ' || n, 1, '2020-01-01', true FROM generate_series(1, 15000) n;
INSERT INTO cart (id, token_hash, customer_id, status, expires_at)
    SELECT md5(n::text)::uuid, CASE WHEN n % 2 = 0 THEN sha256(n::text::bytea) END, CASE WHEN n % 2 = 1 THEN 1 + n % 14000 END,
        CASE WHEN n % 20 = 0 THEN 'open' ELSE 'checked_out' END, now() + n * interval '1 minute'
    FROM generate_series(1, 15000) n;
INSERT INTO cart_item (cart_id, product_id, quantity) SELECT md5(n::text)::uuid, n, 1 FROM generate_series(1, 15000) n;
INSERT INTO purchase (id, cart_id, token_hash, customer_id, contact_name, status, currency, total, vat_total, paid, placed_at, pay_by,
        collected_at)
    SELECT md5(n::text)::uuid, CASE WHEN n % 10 = 1 THEN md5(n::text)::uuid END, CASE WHEN n % 2 = 0 THEN sha256(n::text::bytea) END,
        CASE WHEN n % 2 = 1 THEN 1 + n % 14000 END, 'Customer ' || n,
        CASE WHEN n % 50 = 0 THEN 'placed' ELSE 'collected' END, 'EUR', 5, 1, 5, now() - n * interval '1 minute',
        now() - n * interval '1 minute', CASE WHEN n % 50 > 0 THEN now() END
    FROM generate_series(1, 15000) n;
INSERT INTO slot (starts_at, ends_at, capacity, taken)
    SELECT now() - n * interval '1 hour', now() - (n - 1) * interval '1 hour', 9, 5 FROM generate_series(-99, 15000) n;
UPDATE purchase SET slot_start = placed_at, slot_end = placed_at + interval '1 hour' WHERE invoice_number % 2 = 0;
INSERT INTO purchase_line
        (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total, vat_amount)
    SELECT md5(n::text)::uuid, n, n, 'Product', 'piece', 1, 5, 0, 5, 0.07, 5, 1 FROM generate_series(1, 15000) n;
INSERT INTO coupon_code (code, coupon_id, purchase_id)
    SELECT translate(lpad(n::text, 12, 'Z'), '01', 'XY'), n, CASE WHEN n % 20 = 0 THEN md5(n::text)::uuid END
    FROM generate_series(1, 15000) n;
INSERT INTO allocation (purchase_line_id, stock_id, quantity) SELECT n, n, 1 FROM generate_series(1, 15000) n;
INSERT INTO till_session (till, float, number, expected, counted, closed_at)
    SELECT 'front', 100, n, 100, 100, now() FROM generate_series(1, 1000) n;
INSERT INTO cash_movement (session_id, kind, amount, reason)
    SELECT 1 + n % 1000, 'pay_in', 1, 'change' FROM generate_series(1, 15000) n;
INSERT INTO payment (purchase_id, kind, method, amount, session_id)
    SELECT md5(n::text)::uuid, 'payment', 'cash', 5, 1 + n % 1000 FROM generate_series(1, 15000) n;
INSERT INTO document (kind, series, year, number, purchase_id, total, seller, issued_on, session_id)
    SELECT 'invoice', 'web', 2026, n, md5(n::text)::uuid, 5, '{"name": "Shop", "address": [], "vat_id": null}', CURRENT_DATE,
        CASE WHEN n % 2 = 0 THEN 1 + n % 1000 END
    FROM generate_series(1, 15000) n WHERE n % 50 > 0;
INSERT INTO document_line (document_id, purchase_line_id, quantity, total) SELECT id, number, 1, 5 FROM document;
INSERT INTO document_vat (document_id, rate, gross, vat) SELECT id, 0.07, 5, 1 FROM document;
INSERT INTO document_buyer (document_id, name, address) SELECT id, 'Buyer ' || id, '[]' FROM document;
INSERT INTO product_day SELECT 1 + n % 7000, CURRENT_DATE - n % 900, n % 3, '', 1, 2, 0.13, 1, n % 20, n % 20 FROM generate_series(1, 20000) n
    ON CONFLICT DO NOTHING;
INSERT INTO product_month
    SELECT date_trunc('month', CURRENT_DATE)::date - n % 36 * interval '1 month', 1 + n, n % 3, '', 1, 2, 0.13, 1 FROM generate_series(1, 15000) n;
INSERT INTO sold_hour SELECT CURRENT_DATE - n / 14, 7 + n % 14, 20, 1, 9, 3 FROM generate_series(14, 15000) n;
INSERT INTO paid_hour SELECT CURRENT_DATE - n / 14, 7 + n % 14, '', 'cash', 20, 1, 0 FROM generate_series(14, 15000) n;
INSERT INTO promoted_day SELECT CURRENT_DATE - n % 900, 'discount', 'discount-' || n % 5, n, 1, 1, 2, 0.13, 1, 1 FROM generate_series(1, 15000) n;
UPDATE summed_until SET day = CURRENT_DATE - 1;
INSERT INTO stock_movement (kind, product_id, stock_id, quantity, purchase_id, invoice_request_id)
    SELECT CASE WHEN n % 2 = 0 THEN 'sale' ELSE 'receipt' END, 1 + n % 15000, n, CASE WHEN n % 2 = 0 THEN -1 ELSE 5 END,
        CASE WHEN n % 2 = 0 THEN md5((n % 15000)::text)::uuid END, CASE WHEN n % 2 = 1 THEN 1 + n % 10000 END
    FROM generate_series(1, 20000) n;
"""


def large_shop(cluster: Cluster, name: str) -> Database:
    """Make a database of that name with some ten thousand rows in each table of BIG, and statistics of them.

    All products are found by the word "goods", and some by their name.
    """
    return cluster.clone_of("large_template", _fill, name)


def _fill(url: str) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            # Rows that no trigger and no foreign key looks at take a tenth of the time.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(_ROWS)
            cursor.execute("VACUUM ANALYZE")
