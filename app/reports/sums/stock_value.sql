-- edition 2
-- What of each product and supplier was on hand in the evening of a day, and what it cost: of a day that is summed up by its
-- sums; of a later one by what is there now, less what has moved since. Of no named supplier is 0.
CREATE OR REPLACE FUNCTION stock_value(evening_of date)
    RETURNS TABLE (product_id bigint, supplier_id bigint, on_hand numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        ends timestamptz := (evening_of + 1)::timestamp AT TIME ZONE shop_zone();
    BEGIN
        IF evening_of <= (SELECT u.day FROM summed_until u) THEN
            RETURN QUERY
                SELECT p.id, t.supplier_id, t.on_hand, t.on_hand_cost
                FROM product p
                CROSS JOIN LATERAL (
                    SELECT l.day FROM product_day l WHERE l.product_id = p.id AND l.day <= evening_of ORDER BY l.day DESC LIMIT 1
                ) l
                -- As in days_of_products.
                CROSS JOIN LATERAL (
                    SELECT t.supplier_id, t.on_hand, t.on_hand_cost FROM product_day t
                    WHERE t.product_id = p.id AND t.day = l.day AND t.on_hand <> 0 OFFSET 0
                ) t;
        ELSE
            RETURN QUERY
                SELECT e.product_id, e.supplier, sum(e.quantity), sum(e.quantity * e.unit_cost)
                FROM (
                    SELECT s.product_id, coalesce(s.supplier_id, 0) AS supplier, s.on_hand AS quantity, s.unit_cost
                    FROM stock s WHERE s.on_hand > 0
                    UNION ALL
                    SELECT s.product_id, coalesce(s.supplier_id, 0), -m.quantity, s.unit_cost
                    FROM stock_movement m JOIN stock s ON s.id = m.stock_id WHERE m.at >= ends
                ) e
                GROUP BY e.product_id, e.supplier
                HAVING sum(e.quantity) <> 0;
        END IF;
    END
    $$;
