-- The version before would charge reduced goods in full, and could not tell why they cost less.
DO $$
BEGIN
    IF EXISTS (SELECT FROM purchase_line WHERE best_before IS NOT NULL) THEN
        RAISE EXCEPTION 'reduced goods were sold: the version before cannot tell of them';
    END IF;
END $$;

DROP FUNCTION IF EXISTS put_cart_offer(uuid, text, date, numeric, numeric, boolean, numeric, integer, integer);
DROP FUNCTION IF EXISTS promise_offers(bigint[], numeric[], date[], date, numeric, numeric);

-- As they were, and nobody's text: whoever comes next may replace it.
CREATE OR REPLACE VIEW sellable WITH (security_invoker = true) AS
    SELECT l.product_id,
           greatest(l.on_hand - l.allocated - coalesce((
               SELECT sum(s.on_hand) FROM stock s
               WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE), 0), 0
           )::numeric(12,3) AS available
    FROM stock_level l;
CREATE OR REPLACE VIEW availability AS
    SELECT l.product_id, l.on_hand, l.allocated, x.expired,
           greatest(l.on_hand - l.allocated - x.expired, 0)::numeric(12,3) AS available
    FROM stock_level l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(s.on_hand), 0)::numeric(12,3) AS expired
        FROM stock s
        WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE
    ) x;
CREATE OR REPLACE VIEW expired_promise WITH (security_invoker = true) AS
    SELECT c.product_id, c.purchase_id, c.purchase_line_id, c.stock_id, c.quantity, c.before,
           greatest(least(c.quantity, f.free - c.before), 0)::numeric(12,3) AS movable
    FROM (
        SELECT s.product_id, l.purchase_id, a.purchase_line_id, a.stock_id, a.quantity,
               coalesce(sum(a.quantity) OVER (
                   PARTITION BY s.product_id
                   ORDER BY p.paid < p.total, p.paid = 0, p.placed_at, p.id, a.stock_id
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
    ) f;
COMMENT ON VIEW sellable IS NULL;
COMMENT ON VIEW availability IS NULL;
COMMENT ON VIEW expired_promise IS NULL;

DROP FUNCTION IF EXISTS reduced_goods(bigint);
DROP FUNCTION IF EXISTS reduced_offer(bigint, date);
DROP FUNCTION IF EXISTS reduced_free(bigint);
DROP VIEW IF EXISTS reduced_lot;
DROP VIEW IF EXISTS markdown_of_category;
DROP FUNCTION IF EXISTS keep_markdown_steps() CASCADE;
DELETE FROM cart_item WHERE best_before IS NOT NULL;
ALTER TABLE cart_item DROP COLUMN best_before;
ALTER TABLE purchase_line DROP COLUMN best_before;
DROP TABLE markdown_step;
DROP TABLE markdown;
