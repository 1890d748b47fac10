-- edition 4
-- What was charged for each product and supplier, or deposit, from one day through another, and what it cost: of months that
-- are over by their sums, of other days by theirs, and in further rows of days that nobody has summed up. Of all products, or
-- some; what only came, or was thrown away, has no row. To add numerics up costs more than PostgreSQL believes, so that a few
-- processes pay where it sees no use in them.
CREATE OR REPLACE FUNCTION product_sums(since date, until date, of_products bigint[])
    RETURNS TABLE (
        product_id bigint, supplier_id bigint, deposit text, quantity numeric, gross numeric, vat numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan SET parallel_tuple_cost = 0.01
    AS $$
    #variable_conflict use_column
    DECLARE
        last date := (SELECT u.day FROM summed_until u);
        first date := date_trunc('month', since + interval '1 month' - interval '1 day');
        behind date := date_trunc('month', least(until, last) + 1);
    BEGIN
        IF last IS NULL OR behind <= first THEN
            first := since;
            behind := since;
        END IF;
        -- As in days_of_some.
        RETURN QUERY
            SELECT e.product_id, e.supplier_id, e.deposit, sum(e.quantity), sum(e.gross), sum(e.vat), sum(e.cost)
            FROM (
                SELECT t.product_id, t.supplier_id, t.deposit, t.quantity, t.gross, t.vat, t.cost
                FROM product_day t WHERE t.day >= since AND t.day < first
                UNION ALL
                SELECT m.product_id, m.supplier_id, m.deposit, m.quantity, m.gross, m.vat, m.cost
                FROM product_month m WHERE m.month >= first AND m.month < behind
                UNION ALL
                SELECT t.product_id, t.supplier_id, t.deposit, t.quantity, t.gross, t.vat, t.cost
                FROM product_day t WHERE t.day >= behind AND t.day <= until
            ) e
            WHERE (of_products IS NULL OR e.product_id = ANY (of_products))
                AND (e.quantity <> 0 OR e.gross <> 0 OR e.vat <> 0 OR e.cost <> 0)
            GROUP BY e.product_id, e.supplier_id, e.deposit;
        RETURN QUERY
            SELECT s.product_id, s.supplier_id, s.deposit, sum(s.quantity), sum(s.gross), sum(s.vat), sum(s.cost)
            FROM sold(greatest(since, last + 1), until) s
            WHERE of_products IS NULL OR s.product_id = ANY (of_products)
            GROUP BY s.product_id, s.supplier_id, s.deposit;
    END
    $$;
