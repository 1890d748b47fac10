-- edition 2
-- What can be sold today at its full price: what is on hand and has not expired, less what is promised, and less what a rule
-- reduces. A promise on an expired lot is still one: it will be kept from another lot.
CREATE OR REPLACE VIEW availability AS
    SELECT l.product_id, l.on_hand, l.allocated, x.expired,
           greatest(l.on_hand - l.allocated - x.expired
               - CASE WHEN EXISTS (SELECT FROM markdown_step) AND EXISTS (
                   SELECT FROM stock s WHERE s.product_id = l.product_id AND s.on_hand > 0
                       AND s.expires_on <= CURRENT_DATE + (SELECT max(k.days_left) FROM markdown_step k))
                   THEN reduced_free(l.product_id) ELSE 0 END, 0)::numeric(12,3) AS available
    FROM stock_level l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(s.on_hand), 0)::numeric(12,3) AS expired
        FROM stock s
        WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE
    ) x;
