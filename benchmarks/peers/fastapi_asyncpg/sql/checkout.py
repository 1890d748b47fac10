"""Turning a cart into a purchase, and reading that."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from benchmarks.peers.fastapi_asyncpg.sql.carts import CHARGE, OWN, VAT

LOCK_CART = f"""
SELECT c.status, c.token_hash, c.customer_id, r.name, r.phone, c.coupon_id, c.coupon_code
FROM cart c LEFT JOIN customer r ON r.id = c.customer_id
WHERE {OWN} FOR UPDATE OF c"""

CART_LINES = f"""
SELECT o.active, o.product_id, o.code, o.name, o.unit, i.quantity,
       o.price, t.discount_rate, t.unit_price, o.vat_rate, t.total, t.discount, i.label_price, o.min_age,
       o.deposit_code, o.deposit_name, o.deposit_amount, o.deposit_vat_rate
FROM cart_item i
JOIN offer o ON o.product_id = i.product_id
CROSS JOIN LATERAL {CHARGE} t
WHERE i.cart_id = $1
ORDER BY i.added_at, i.id"""

COUPON_EFFECT = """
SELECT c.id, coalesce($2, upper(c.code)), c.name, c.minimum, e.refused, e.reduction, e.shares
FROM coupon c CROSS JOIN coupon_effect(c.id, $2, $3, $4::bigint[], $5::numeric[]) e WHERE c.id = $1"""

CHOSEN_SLOT = """
SELECT s.refused, s.ends_at, s.capacity
FROM chosen_slot($1) s
WHERE $1 IS NOT NULL OR EXISTS (
    SELECT FROM slot_hours h WHERE coalesce(h.day, h.ends_on, 'infinity') >= CURRENT_DATE)"""

TAKE_SLOT = """
INSERT INTO slot AS s (starts_at, ends_at, capacity, taken) VALUES ($1, $2, $3, 1)
ON CONFLICT (starts_at) DO UPDATE SET taken = s.taken + 1, capacity = EXCLUDED.capacity, ends_at = EXCLUDED.ends_at"""

REDEEM_COUPON = "SELECT redeem_coupon(p, $2) FROM purchase p WHERE p.id = $1"

RESERVE_LEVELS = """
WITH wanted AS (
    SELECT * FROM unnest($1::bigint[], $2::numeric[]) AS w (product_id, quantity)
), locked AS (
    SELECT l.product_id FROM stock_level l JOIN wanted w USING (product_id)
    WHERE l.on_hand - l.allocated >= w.quantity
    ORDER BY l.product_id FOR UPDATE OF l
)
UPDATE stock_level l SET allocated = l.allocated + w.quantity
FROM wanted w JOIN locked USING (product_id)
WHERE l.product_id = w.product_id
RETURNING l.product_id"""

# Of its own: a statement that had waited for the levels would see the lots as they were before.
FREE_LOTS = """
SELECT id, product_id, on_hand - allocated, expires_on, CURRENT_DATE FROM stock
WHERE product_id = ANY ($1::bigint[]) AND on_hand > 0 AND on_hand > allocated"""

RESERVE_LOTS = """
UPDATE stock s SET allocated = s.allocated + p.quantity
FROM unnest($1::bigint[], $2::numeric[]) AS p (stock_id, quantity)
WHERE s.id = p.stock_id"""

AVAILABLE = """
SELECT product_id, available FROM availability WHERE product_id = ANY ($1::bigint[])"""

PLACE = """
WITH placed AS (
    INSERT INTO purchase (cart_id, token_hash, customer_id, contact_name, contact_phone,
                          currency, total, vat_total, pricing_rules, pay_by, min_age,
                          coupon_id, coupon_code, coupon_name, coupon_amount, slot_start, slot_end)
    VALUES ($1, $26, $2, $3, $4, $5, $6, $7, 2,
            CASE WHEN $2::bigint IS NULL THEN least(now() + make_interval(mins => $8), $33)
                ELSE coalesce($33, now() + make_interval(mins => $8)) END,
            $27, $28, $29, $30, $31, $32, $33)
    RETURNING id
), line AS (
    INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price,
                               discount_rate, unit_price, vat_rate, label_price, total, vat_amount,
                               coupon_amount, discount)
    SELECT placed.id, l.*
    FROM placed, unnest(
        $9::bigint[], $10::text[], $11::text[], $12::text[], $13::numeric[], $14::numeric[],
        $15::numeric[], $16::numeric[], $17::numeric[], $18::numeric[], $19::numeric[],
        $20::numeric[], $21::numeric[], $22::jsonb[]) AS l
    RETURNING id, product_id
), served AS (
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
    SELECT line.id, a.stock_id, a.quantity
    FROM line JOIN unnest($23::bigint[], $24::bigint[], $25::numeric[])
        AS a (product_id, stock_id, quantity) USING (product_id)
), closed AS (
    UPDATE cart SET status = 'checked_out' WHERE id = $1
)
SELECT id FROM placed"""

# Behind the goods that they are for.
PLACE_DEPOSITS = """
INSERT INTO purchase_line (purchase_id, deposit_of, code, name, unit, quantity, price,
                           discount_rate, unit_price, vat_rate, total, vat_amount)
SELECT $1, g.id, d.code, d.name, d.unit, d.quantity, d.price, 0, d.price, d.vat_rate, d.total, d.vat_amount
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::numeric[],
            $9::numeric[], $10::numeric[]) WITH ORDINALITY
    AS d (product_id, code, name, unit, quantity, price, vat_rate, total, vat_amount, place)
JOIN purchase_line g ON g.purchase_id = $1 AND g.product_id = d.product_id
ORDER BY d.place"""

READ_PURCHASE = f"""
SELECT json_build_object(
    'id', p.id, 'number', p.invoice_number, 'invoice_number', p.invoice_number, 'status', p.status,
    'contact_name', p.contact_name, 'contact_phone', p.contact_phone, 'currency', p.currency,
    'total', p.total::text, 'ordered_total', p.total::text, 'ceiling', p.total::text, 'vat_total', p.vat_total::text, 'vat', w.rates,
    'coupon', CASE WHEN p.coupon_id IS NOT NULL THEN json_build_object(
        'code', p.coupon_code, 'name', p.coupon_name, 'reduction', p.coupon_amount::text) END,
    'paid', m.paid::text, 'refunded', m.refunded::text,
    'due', CASE p.status WHEN 'placed' THEN p.total - m.paid + m.refunded ELSE 0.00 END::text, 'owed', '0.00',
    'lines', n.lines, 'payments', m.payments,
    'placed_at', rfc3339(p.placed_at), 'pay_by', rfc3339(p.pay_by), 'collect_by', NULL,
    'slot', CASE WHEN p.slot_start IS NOT NULL THEN json_build_object(
        'start', rfc3339(p.slot_start), 'end', rfc3339(p.slot_end)) END,
    'picked_at', NULL, 'collected_at', rfc3339(p.collected_at), 'cancelled_at', rfc3339(p.cancelled_at),
    'cancel_reason', nullif(p.cancel_reason, ''),
    'min_age', p.min_age, 'age_checked', p.age_checked_by IS NOT NULL, 'version', p.version)::text
FROM purchase p
CROSS JOIN LATERAL (
    SELECT coalesce(sum(y.amount) FILTER (WHERE y.kind = 'payment'), 0.00) AS paid,
           coalesce(sum(y.amount) FILTER (WHERE y.kind = 'refund'), 0.00) AS refunded,
           coalesce(json_agg(json_build_object(
               'id', y.id, 'kind', y.kind, 'method', y.method, 'amount', y.amount::text,
               'reference', y.reference, 'reason', y.reason, 'at', rfc3339(y.at))
               ORDER BY y.id), '[]') AS payments
    FROM payment y WHERE y.purchase_id = p.id
) m
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', l.id, 'kind', CASE WHEN l.deposit_of IS NULL THEN 'goods' ELSE 'deposit' END,
        'product', CASE WHEN l.deposit_of IS NULL THEN l.code END,
        'deposit', CASE WHEN l.deposit_of IS NOT NULL THEN l.code END, 'deposit_of', l.deposit_of,
        'offer', CASE WHEN l.best_before IS NULL THEN 'regular' ELSE 'reduced' END, 'best_before', l.best_before,
        'name', l.name, 'unit', l.unit, 'quantity', l.quantity::text, 'ordered', l.quantity::text,
        'substitute_for', NULL, 'list_price', l.price::text, 'discount_rate', l.discount_rate::text,
        'unit_price', l.unit_price::text, 'discount', l.discount, 'label_price', l.label_price::text,
        'vat_rate', l.vat_rate::text,
        'vat_amount', l.vat_amount::text, 'coupon_reduction', coalesce(l.coupon_amount, 0.00)::text,
        'total', l.total::text,
        'returned', coalesce(r.quantity, 0.000)::text, 'substitute', l.substitute) ORDER BY l.id) AS lines
    FROM purchase_line l
    LEFT JOIN (
        SELECT v.product_id, sum(v.quantity) AS quantity FROM stock_movement v
        WHERE v.purchase_id = p.id AND v.kind = 'return' GROUP BY v.product_id
    ) r ON r.product_id = l.product_id
    WHERE l.purchase_id = p.id
) n
CROSS JOIN LATERAL (
    SELECT {VAT} AS rates FROM (
        SELECT l.vat_rate AS rate, sum(l.total) AS gross, sum(l.total - l.vat_amount) AS net, sum(l.vat_amount) AS vat
        FROM purchase_line l WHERE l.purchase_id = p.id GROUP BY l.vat_rate
    ) v
) w
WHERE p.id = $1"""
