-- edition 1
-- The lots that a rule reduces today, with the rate: what of them was not promised before is sold at that alone. It gives
-- nobody more rights than he has.
CREATE OR REPLACE VIEW reduced_lot WITH (security_invoker = true) AS
    SELECT s.id AS stock_id, s.product_id, s.expires_on, s.on_hand, s.allocated, m.rate
    FROM stock s
    JOIN product p ON p.id = s.product_id
    CROSS JOIN LATERAL (
        SELECT m.rate FROM markdown_step m
        WHERE m.category_id = p.category_id AND m.days_left >= s.expires_on - CURRENT_DATE
        ORDER BY m.days_left LIMIT 1
    ) m
    WHERE s.on_hand > 0 AND s.expires_on >= CURRENT_DATE;
