-- edition 3
-- What purchases that wait were promised from lots that have expired since, and how much of each promise other lots can
-- take over, but for reduced ones: `movable`. Paid before unpaid, oldest first: so much (`before`) of what is free is for those in front.
CREATE OR REPLACE VIEW expired_promise WITH (security_invoker = true) AS
    SELECT c.product_id, c.purchase_id, c.purchase_line_id, c.stock_id, c.quantity, c.before,
           greatest(least(c.quantity, f.free - c.before), 0)::numeric(12,3) AS movable
    FROM (
        SELECT s.product_id, l.purchase_id, a.purchase_line_id, a.stock_id, a.quantity,
               coalesce(sum(a.quantity) OVER (
                   PARTITION BY s.product_id
                   ORDER BY p.paid < p.total, p.paid = 0, p.placed_at, p.id, a.stock_id, l.id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM stock s
        JOIN allocation a ON a.stock_id = s.id
        JOIN purchase_line l ON l.id = a.purchase_line_id
        JOIN purchase p ON p.id = l.purchase_id AND p.status = 'placed'
        WHERE s.on_hand > 0 AND s.allocated > 0 AND s.expires_on < CURRENT_DATE
    ) c
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(s.on_hand - s.allocated), 0) AS free FROM stock s
        WHERE s.product_id = c.product_id AND s.on_hand > 0 AND (s.expires_on IS NULL OR s.expires_on >= CURRENT_DATE)
            AND NOT (EXISTS (SELECT FROM markdown_step) AND EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id))
    ) f;
