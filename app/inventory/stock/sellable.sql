-- edition 2
-- What can be sold today at its full price, as `availability` says, for who asks for that alone. It gives nobody more rights
-- than he has: PostgreSQL lets simple views be written through.
CREATE OR REPLACE VIEW sellable WITH (security_invoker = true) AS
    SELECT l.product_id,
           greatest(l.on_hand - l.allocated - coalesce((
               SELECT sum(s.on_hand) FROM stock s
               WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE), 0)
               - CASE WHEN EXISTS (SELECT FROM markdown_step) AND EXISTS (
                   SELECT FROM stock s WHERE s.product_id = l.product_id AND s.on_hand > 0
                       AND s.expires_on <= CURRENT_DATE + (SELECT max(k.days_left) FROM markdown_step k))
                   THEN reduced_free(l.product_id) ELSE 0 END, 0
           )::numeric(12,3) AS available
    FROM stock_level l;
