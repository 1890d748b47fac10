-- edition 1
-- What was thrown away from one day through another, movement by movement, and what it cost. Of all products, or some.
CREATE OR REPLACE FUNCTION wasted(since date, until date, of_products bigint[])
    RETURNS TABLE (product_id bigint, supplier_id bigint, reason text, day date, quantity numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET max_parallel_workers_per_gather = 2
    AS $$
    #variable_conflict use_column
    DECLARE
        zone text := shop_zone();
        starts timestamptz := since::timestamp AT TIME ZONE zone;
        ends timestamptz := (until + 1)::timestamp AT TIME ZONE zone;
    BEGIN
        RETURN QUERY
            SELECT m.product_id, coalesce(s.supplier_id, 0), m.reason, (m.at AT TIME ZONE zone)::date, -m.quantity,
                   -m.quantity * s.unit_cost
            FROM stock_movement m JOIN stock s ON s.id = m.stock_id
            WHERE m.kind = 'waste' AND m.at >= starts AND m.at < ends AND (of_products IS NULL OR m.product_id = ANY (of_products));
    END
    $$;
