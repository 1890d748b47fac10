-- edition 1
-- What the goods cost that were handed over from one day through another, lot by lot; below 0 where they came back. Of all
-- products, or one. What was sold before there were invoices is left out: nobody knows what was charged for it by day.
CREATE OR REPLACE FUNCTION goods_cost(since date, until date, of_product bigint)
    RETURNS TABLE (
        moment timestamptz, day date, purchase_line_id bigint, product_id bigint, supplier_id bigint, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        zone text := shop_zone();
        starts timestamptz;
        ends timestamptz := (until + 1)::timestamp AT TIME ZONE zone;
    BEGIN
        SELECT greatest(since::timestamp AT TIME ZONE zone, d.issued_at) INTO starts FROM document d ORDER BY d.id LIMIT 1;
        RETURN QUERY
            SELECT m.at, (m.at AT TIME ZONE zone)::date, m.purchase_line_id, m.product_id, coalesce(s.supplier_id, 0),
                   -m.quantity * s.unit_cost
            FROM stock_movement m JOIN stock s ON s.id = m.stock_id
            WHERE m.kind IN ('sale', 'return') AND m.at >= starts AND m.at < ends
                AND (of_product IS NULL OR m.product_id = of_product);
    END
    $$;
