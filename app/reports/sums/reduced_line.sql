-- edition 1
-- What made a line of goods cost less than its list price, and by how much: the discount or the multi-buy in its offer, the end
-- of its shelf life, and besides these a coupon.
CREATE OR REPLACE VIEW reduced_line AS
    SELECT l.id AS purchase_line_id, l.product_id, l.quantity, r.kind, r.code, r.taken_off
    FROM purchase_line l
    CROSS JOIN LATERAL (
        SELECT CASE WHEN l.best_before IS NOT NULL THEN 'reduced' WHEN l.discount ->> 'buy' IS NULL THEN 'discount' ELSE 'multi_buy' END AS kind,
               CASE WHEN l.best_before IS NOT NULL THEN '' ELSE l.discount ->> 'code' END AS code,
               line_total(l.quantity, l.price) - l.total - coalesce(l.coupon_amount, 0) AS taken_off
        WHERE l.label_price IS NULL AND (l.best_before IS NOT NULL OR l.discount ->> 'code' IS NOT NULL)
        UNION ALL
        SELECT 'coupon' AS kind, c.code, l.coupon_amount AS taken_off
        FROM (SELECT p.coupon_id FROM purchase p WHERE p.id = l.purchase_id LIMIT 1) p JOIN coupon c ON c.id = p.coupon_id
        WHERE l.coupon_amount > 0
    ) r
    WHERE l.product_id IS NOT NULL AND l.quantity > 0;
