-- edition 1
-- What was charged on each day from one through another for some products, or all (NULL), from lots of a supplier, or of all
-- (NULL), and what it cost.
CREATE OR REPLACE FUNCTION days_of_some(since date, until date, of_products bigint[], of_supplier bigint)
    RETURNS TABLE (day date, quantity numeric, gross numeric, vat numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
            SELECT d.day, sum(d.quantity), sum(d.gross), sum(d.vat), sum(d.cost)
            FROM product_days(since, until) d
            WHERE (of_products IS NULL OR d.product_id = ANY (of_products)) AND (of_supplier IS NULL OR d.supplier_id = of_supplier)
            GROUP BY d.day;
    END
    $$;
