"""Filling a cart, and reading it."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

OWN = """c.id = $1::uuid AND (c.id = $2::uuid OR c.customer_id = $3::bigint)
    AND (c.status <> 'open' OR c.expires_at > now())"""
"""Whose cart (named c) it is, for the arguments 1 to 3; an open one ends with its time."""

CART_PURCHASE = f"""
SELECT c.status, (SELECT id FROM purchase WHERE cart_id = c.id) FROM cart c WHERE {OWN}"""

TOUCH_CART = f"""
WITH touched AS (
    UPDATE cart c SET expires_at = now() + make_interval(days => $5)
    WHERE {OWN} AND c.status = 'open'
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

CHARGE = """reduced_offer(i.product_id, i.best_before) r
    CROSS JOIN LATERAL line_charge(
        o.discount_set, o.unit, o.price, o.unit_price, o.discount_rate, o.discount_terms, r.unit_price, r.rate,
        i.quantity, i.label_price)"""
"""What a cart's item, i, costs by its offer, o; to be joined by LATERAL."""

VAT = """json_agg(json_build_object(
    'rate', v.rate::text, 'gross', v.gross::text, 'net', v.net::text, 'vat', v.vat::text) ORDER BY v.rate)"""

READ_CART = f"""
SELECT json_build_object(
    'id', c.id, 'status', c.status, 'currency', $2::text, 'min_age', x.min_age,
    'ready', c.status = 'open' AND coalesce(x.ready, false) AND coalesce(k.refused, '') = '',
    'items', coalesce(x.items, '[]'), 'total', coalesce(x.total - coalesce(k.reduction, 0), 0.00)::text,
    'ceiling', coalesce(x.total - coalesce(k.reduction, 0), 0.00)::text,
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
           max(o.min_age) AS min_age, bool_and(o.active AND i.quantity <= a.available) AS ready,
           array_agg(o.product_id) AS products, array_agg(y.total) AS goods,
           array_agg(y.deposit) FILTER (WHERE y.deposit > 0) AS deposits,
           array_agg(o.vat_rate) || array_agg(o.deposit_vat_rate) FILTER (WHERE y.deposit > 0) AS rates,
           json_agg(json_build_object(
               'id', i.id, 'offer', CASE WHEN i.best_before IS NULL THEN 'regular' ELSE 'reduced' END,
               'best_before', i.best_before, 'product', json_build_object('code', o.code, 'name', o.name, 'unit', o.unit),
               'quantity', i.quantity::text, 'list_price', o.price::text, 'unit_price', y.unit_price::text,
               'discount', y.discount, 'label_price', i.label_price::text, 'total', y.total::text,
               'deposit', CASE WHEN y.deposit > 0 THEN json_build_object(
                   'code', o.deposit_code, 'name', o.deposit_name, 'amount', o.deposit_amount::text,
                   'total', y.deposit::text) END,
               'min_age', o.min_age, 'substitute', i.substitute,
               'problems', CASE WHEN NOT o.active THEN '["withdrawn"]' WHEN i.quantity > a.available THEN '["out_of_stock"]'
                   ELSE '[]' END::json,
               'available', CASE WHEN o.active THEN a.available ELSE 0.000 END::text)
               ORDER BY i.added_at, i.id) AS items
    FROM cart_item i
    JOIN offer o ON o.product_id = i.product_id
    JOIN availability a ON a.product_id = i.product_id
    CROSS JOIN LATERAL (
        SELECT t.*, round(i.quantity * o.deposit_amount, 2) AS deposit FROM {CHARGE} t
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
    SELECT sum(v.vat) AS total, {VAT} AS rates
    FROM vat_by_rate(coalesce(k.goods, x.goods) || x.deposits, x.rates) v
) w
WHERE c.id = $1::uuid"""
