-- edition 1
-- The lots of a product that something in somebody's hand can be of, and what of each is promised to nobody: those that have
-- not expired and are sold at the full price, or as the reduced goods with that day on them.
CREATE OR REPLACE FUNCTION held_lots(of_product bigint, of_day date)
    RETURNS TABLE (stock_id bigint, free numeric, expires_on date)
    LANGUAGE sql STABLE
    AS $$
        SELECT s.id, s.on_hand - s.allocated, s.expires_on
        FROM stock s
        WHERE s.product_id = of_product AND s.on_hand > s.allocated AND coalesce(s.expires_on, 'infinity') >= CURRENT_DATE
            AND CASE WHEN of_day IS NULL THEN NOT EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id)
                ELSE s.expires_on = of_day END
    $$;
