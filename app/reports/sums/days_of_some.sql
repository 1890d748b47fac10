-- edition 3
-- What was charged on each day from one through another for some products, or all (NULL), from lots of a supplier, or of all
-- (NULL), and what it cost.
CREATE OR REPLACE FUNCTION days_of_some(since date, until date, of_products bigint[], of_supplier bigint)
    RETURNS TABLE (day date, quantity numeric, gross numeric, vat numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        last date := (SELECT u.day FROM summed_until u);
    BEGIN
        -- By itself, so that several processes may read the days that are summed up; what works out the others they may not call.
        RETURN QUERY
            SELECT t.day, sum(t.quantity), sum(t.gross), sum(t.vat), sum(t.cost)
            FROM product_day t
            WHERE t.day >= since AND t.day <= until AND (of_products IS NULL OR t.product_id = ANY (of_products))
                AND (of_supplier IS NULL OR t.supplier_id = of_supplier)
            GROUP BY t.day;
        RETURN QUERY
            SELECT s.day, sum(s.quantity), sum(s.gross), sum(s.vat), sum(s.cost)
            FROM sold(greatest(since, last + 1), until) s
            WHERE (of_products IS NULL OR s.product_id = ANY (of_products)) AND (of_supplier IS NULL OR s.supplier_id = of_supplier)
            GROUP BY s.day;
    END
    $$;
