"""The SQL of carts, checkout and login, with asyncpg's markers, written by hand."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

WHICH_CART = """
SELECT id FROM cart WHERE token_hash = $1 AND (status = 'checked_out' OR expires_at > now())"""

WHOSE_SESSION = """
SELECT l.id, c.id FROM session s
JOIN login l ON l.id = s.login_id JOIN customer c ON c.login_id = l.id
WHERE s.token_hash = $1 AND s.expires_at > now() AND l.active AND l.role = 'customer'"""

_OWN = """c.id = $1::uuid AND (c.id = $2::uuid OR c.customer_id = $3::bigint)
    AND (c.status <> 'open' OR c.expires_at > now())"""

CART_PURCHASE = f"""
SELECT c.status, (SELECT id FROM purchase WHERE cart_id = c.id) FROM cart c WHERE {_OWN}"""

TOUCH_CART = f"""
WITH touched AS (
    UPDATE cart c SET expires_at = now() + make_interval(days => $5)
    WHERE {_OWN} AND c.status = 'open'
    RETURNING c.id
)
SELECT p.id, p.unit, p.active FROM touched LEFT JOIN product p ON p.code = $4"""

PUT_ITEM = """
INSERT INTO cart_item (cart_id, product_id, quantity)
SELECT $1::uuid, $2::bigint, $3::numeric
WHERE $4::bigint > (
    SELECT count(*) FROM cart_item
    WHERE cart_id = $1::uuid AND (product_id <> $2::bigint OR label_price IS NOT NULL))
ON CONFLICT (cart_id, product_id, (coalesce(best_before, 'infinity'))) WHERE label_price IS NULL DO UPDATE SET quantity = EXCLUDED.quantity
RETURNING 1"""

_VAT = """json_agg(json_build_object(
    'rate', v.rate::text, 'gross', v.gross::text, 'net', v.net::text, 'vat', v.vat::text) ORDER BY v.rate)"""

READ_CART = f"""
SELECT json_build_object(
    'id', c.id, 'status', c.status, 'currency', $2::text,
    'items', coalesce(x.items, '[]'), 'total', coalesce(x.total - coalesce(k.reduction, 0), 0.00)::text,
    'coupon', (
        SELECT json_build_object(
            'code', coalesce(c.coupon_code, upper(q.code)), 'name', q.name, 'reduction', k.reduction::text,
            'refused', nullif(k.refused, ''), 'minimum', q.minimum::text)
        FROM coupon q WHERE q.id = c.coupon_id),
    'vat_total', coalesce(w.total, 0.00)::text, 'vat', coalesce(w.rates, '[]'),
    'created_at', rfc3339(c.created_at), 'expires_at', rfc3339(c.expires_at),
    'purchase', (SELECT id FROM purchase WHERE cart_id = c.id))::text
FROM cart c
CROSS JOIN LATERAL (
    SELECT sum(y.total) + coalesce(sum(y.deposit), 0) AS total,
           array_agg(o.product_id) AS products, array_agg(y.total) AS goods,
           array_agg(y.deposit) FILTER (WHERE y.deposit > 0) AS deposits,
           array_agg(o.vat_rate) || array_agg(o.deposit_vat_rate) FILTER (WHERE y.deposit > 0) AS rates,
           json_agg(json_build_object(
               'id', i.id, 'offer', CASE WHEN i.best_before IS NULL THEN 'regular' ELSE 'reduced' END,
               'best_before', i.best_before, 'product', json_build_object('code', o.code, 'name', o.name, 'unit', o.unit),
               'quantity', i.quantity::text, 'unit_price', o.unit_price::text, 'label_price', i.label_price::text,
               'total', y.total::text,
               'deposit', CASE WHEN y.deposit > 0 THEN json_build_object(
                   'code', o.deposit_code, 'name', o.deposit_name, 'amount', o.deposit_amount::text,
                   'total', y.deposit::text) END,
               'available', CASE WHEN o.active THEN a.available ELSE 0.000 END::text)
               ORDER BY i.added_at, i.id) AS items
    FROM cart_item i
    JOIN offer o ON o.product_id = i.product_id
    JOIN availability a ON a.product_id = i.product_id
    CROSS JOIN LATERAL (
        SELECT coalesce(i.label_price, line_total(i.quantity, o.unit_price)) AS total,
               round(i.quantity * o.deposit_amount, 2) AS deposit
    ) y
    WHERE i.cart_id = c.id
) x
LEFT JOIN LATERAL (
    SELECT e.refused, e.reduction, ARRAY(
        SELECT g.total - coalesce(g.share, 0)
        FROM unnest(x.goods, e.shares) WITH ORDINALITY AS g (total, share, place) ORDER BY g.place) AS goods
    FROM coupon_effect(c.coupon_id, c.coupon_code, c.customer_id, x.products, x.goods) e
    WHERE c.coupon_id IS NOT NULL
) k ON true
CROSS JOIN LATERAL (
    SELECT sum(v.vat) AS total, {_VAT} AS rates
    FROM vat_by_rate(coalesce(k.goods, x.goods) || x.deposits, x.rates) v
) w
WHERE c.id = $1::uuid"""

LOCK_CART = f"""
SELECT c.status, c.token_hash, c.customer_id, r.name, r.phone, c.coupon_id, c.coupon_code
FROM cart c LEFT JOIN customer r ON r.id = c.customer_id
WHERE {_OWN} FOR UPDATE OF c"""

CART_LINES = """
SELECT o.active, o.product_id, o.code, o.name, o.unit, i.quantity,
       o.price, o.discount_rate, o.unit_price, o.vat_rate, i.label_price, o.min_age,
       o.deposit_code, o.deposit_name, o.deposit_amount, o.deposit_vat_rate
FROM cart_item i
JOIN offer o ON o.product_id = i.product_id
WHERE i.cart_id = $1
ORDER BY i.added_at, i.id"""

COUPON_EFFECT = """
SELECT c.id, coalesce($2, upper(c.code)), c.name, c.minimum, e.refused, e.reduction, e.shares
FROM coupon c CROSS JOIN coupon_effect(c.id, $2, $3, $4::bigint[], $5::numeric[]) e WHERE c.id = $1"""

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
                          coupon_id, coupon_code, coupon_name, coupon_amount)
    VALUES ($1, $25, $2, $3, $4, $5, $6, $7, 2, now() + make_interval(mins => $8), $26, $27, $28, $29, $30)
    RETURNING id
), line AS (
    INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price,
                               discount_rate, unit_price, vat_rate, label_price, total, vat_amount,
                               coupon_amount)
    SELECT placed.id, l.*
    FROM placed, unnest(
        $9::bigint[], $10::text[], $11::text[], $12::text[], $13::numeric[], $14::numeric[],
        $15::numeric[], $16::numeric[], $17::numeric[], $18::numeric[], $19::numeric[],
        $20::numeric[], $21::numeric[]) AS l
    RETURNING id, product_id
), served AS (
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
    SELECT line.id, a.stock_id, a.quantity
    FROM line JOIN unnest($22::bigint[], $23::bigint[], $24::numeric[])
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
    'id', p.id, 'invoice_number', p.invoice_number, 'status', p.status,
    'contact_name', p.contact_name, 'contact_phone', p.contact_phone, 'currency', p.currency,
    'total', p.total::text, 'vat_total', p.vat_total::text, 'vat', w.rates,
    'coupon', CASE WHEN p.coupon_id IS NOT NULL THEN json_build_object(
        'code', p.coupon_code, 'name', p.coupon_name, 'reduction', p.coupon_amount::text) END,
    'paid', m.paid::text, 'refunded', m.refunded::text,
    'due', CASE p.status WHEN 'placed' THEN p.total - m.paid + m.refunded ELSE 0.00 END::text,
    'lines', n.lines, 'payments', m.payments,
    'placed_at', rfc3339(p.placed_at), 'pay_by', rfc3339(p.pay_by),
    'collected_at', rfc3339(p.collected_at), 'cancelled_at', rfc3339(p.cancelled_at),
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
        'name', l.name, 'unit', l.unit, 'quantity', l.quantity::text,
        'list_price', l.price::text, 'discount_rate', l.discount_rate::text,
        'unit_price', l.unit_price::text, 'label_price', l.label_price::text, 'vat_rate', l.vat_rate::text,
        'vat_amount', l.vat_amount::text, 'coupon_reduction', coalesce(l.coupon_amount, 0.00)::text,
        'total', l.total::text,
        'returned', coalesce(r.quantity, 0.000)::text) ORDER BY l.id) AS lines
    FROM purchase_line l
    LEFT JOIN (
        SELECT v.product_id, sum(v.quantity) AS quantity FROM stock_movement v
        WHERE v.purchase_id = p.id AND v.kind = 'return' GROUP BY v.product_id
    ) r ON r.product_id = l.product_id
    WHERE l.purchase_id = p.id
) n
CROSS JOIN LATERAL (
    SELECT {_VAT} AS rates FROM (
        SELECT l.vat_rate AS rate, sum(l.total) AS gross, sum(l.total - l.vat_amount) AS net, sum(l.vat_amount) AS vat
        FROM purchase_line l WHERE l.purchase_id = p.id GROUP BY l.vat_rate
    ) v
) w
WHERE p.id = $1"""

ACCOUNT = """
SELECT id, email, role, active, password_hash, password_changed_at
FROM login WHERE lower(email) = lower($1)"""

# Keys come sorted, so that two requests that count the same two lock them in the same order.
COUNT_ATTEMPTS = """
INSERT INTO attempt AS known (key, tries, window_ends_at)
SELECT key, 1, now() + $2::interval FROM unnest($1::bytea[]) AS given (key)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN known.window_ends_at > now() THEN least(known.tries, 1000000) + 1 ELSE 1 END,
    window_ends_at = CASE WHEN known.window_ends_at > now()
        THEN known.window_ends_at ELSE excluded.window_ends_at END
RETURNING key, tries, ceil(extract(epoch FROM window_ends_at - now()))::int"""

FORGET_ATTEMPTS = "DELETE FROM attempt WHERE key = $1"

REHASH = "UPDATE login SET password_hash = $3 WHERE id = $1 AND password_hash = $2"

OPEN_SESSION = """
WITH verified AS (
    SELECT id, role FROM login WHERE id = $1 AND active AND password_changed_at = $2 FOR SHARE
), opened AS (
    INSERT INTO session (login_id, token_hash, user_agent, expires_at)
    SELECT id, $3, $4, now() + $5::interval FROM verified
    RETURNING login_id, expires_at
)
SELECT rfc3339(o.expires_at), coalesce(s.name, c.name)
FROM opened o
LEFT JOIN staff s ON s.login_id = o.login_id
LEFT JOIN customer c ON c.login_id = o.login_id"""
