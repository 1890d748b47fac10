-- edition 1
-- What was charged for each product and supplier, or deposit, from one day through another, and what it cost: of months that
-- are over by their sums, of the other days as product_days has them. Of all products, or some.
CREATE OR REPLACE FUNCTION product_sums(since date, until date, of_products bigint[])
    RETURNS TABLE (
        product_id bigint, supplier_id bigint, deposit text, quantity numeric, gross numeric, vat numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        first date := date_trunc('month', since + interval '1 month' - interval '1 day');
        behind date := date_trunc('month', least(until, (SELECT u.day FROM summed_until u)) + 1);
    BEGIN
        IF behind IS NULL OR behind <= first OR (SELECT u.day FROM summed_until u) IS NULL THEN
            first := since;
            behind := since;
        END IF;
        RETURN QUERY
            SELECT e.product_id, e.supplier_id, e.deposit, sum(e.quantity), sum(e.gross), sum(e.vat), sum(e.cost)
            FROM (
                SELECT d.product_id, d.supplier_id, d.deposit, d.quantity, d.gross, d.vat, d.cost
                FROM product_days(since, first - 1) d
                UNION ALL
                SELECT m.product_id, m.supplier_id, m.deposit, m.quantity, m.gross, m.vat, m.cost
                FROM product_month m WHERE m.month >= first AND m.month < behind
                UNION ALL
                SELECT d.product_id, d.supplier_id, d.deposit, d.quantity, d.gross, d.vat, d.cost
                FROM product_days(behind, until) d
            ) e
            WHERE of_products IS NULL OR e.product_id = ANY (of_products)
            GROUP BY e.product_id, e.supplier_id, e.deposit;
    END
    $$;
