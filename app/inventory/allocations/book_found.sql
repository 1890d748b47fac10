-- edition 1
-- Books so much more of products, each by its day if it is reduced goods' (NULL else), than the books had: what is in somebody's
-- hand is there. It goes onto the lot that keeps longest of those that are sold so, or onto a new one at the cost of the last;
-- and is noted as `uncounted` until staff corrects the product's stock. Each product and day is there once.
--
-- The levels are locked in product order.
CREATE OR REPLACE FUNCTION book_found(products bigint[], days date[], quantities numeric[], by_login bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        noted uncounted[];
    BEGIN
        PERFORM FROM stock_level l WHERE l.product_id = ANY (products) ORDER BY l.product_id FOR NO KEY UPDATE;
        -- What follows looks like a correction by staff, which clears the notes.
        noted := ARRAY(SELECT u FROM uncounted u WHERE u.product_id = ANY (products));
        WITH found AS MATERIALIZED (
            SELECT g.*, s.id AS lot, CASE WHEN s.id IS NULL THEN nextval(pg_get_serial_sequence('stock', 'id')) END AS new_lot
            FROM unnest(products, days, quantities) AS g (product_id, day, quantity)
            LEFT JOIN LATERAL (
                SELECT s.id FROM stock s
                WHERE s.product_id = g.product_id AND CASE WHEN g.day IS NOT NULL THEN s.expires_on = g.day
                    ELSE s.on_hand > 0 AND coalesce(s.expires_on, 'infinity') >= CURRENT_DATE
                        AND NOT EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id) END
                ORDER BY s.expires_on DESC NULLS FIRST, s.id DESC LIMIT 1
            ) s ON true
        ), opened AS (
            INSERT INTO stock (id, product_id, unit_cost, expires_on)
            OVERRIDING SYSTEM VALUE
            SELECT f.new_lot, f.product_id, coalesce((
                       SELECT b.unit_cost FROM stock b WHERE b.product_id = f.product_id ORDER BY b.id DESC LIMIT 1), 0), f.day
            FROM found f WHERE f.lot IS NULL
        )
        INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, login_id)
            SELECT 'adjustment', f.product_id, coalesce(f.lot, f.new_lot), f.quantity, 'not in the books', by_login
            FROM found f ORDER BY f.product_id, f.day;
        INSERT INTO uncounted (product_id, quantity, since)
            SELECT n.product_id, sum(n.quantity), min(n.since)
            FROM (
                SELECT g.product_id, g.quantity, now() AS since FROM unnest(products, quantities) AS g (product_id, quantity)
                UNION ALL SELECT u.product_id, u.quantity, u.since FROM unnest(noted) u
            ) n
            GROUP BY n.product_id;
    END
    $$;
