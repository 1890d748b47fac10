-- edition 1
-- The rows that sold_hour has of the days from one through another, from what happened.
CREATE OR REPLACE FUNCTION hours_of_sales(since date, until date)
    RETURNS TABLE (day date, hour integer, gross numeric, vat numeric, cost numeric, purchases integer)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        zone text := shop_zone();
    BEGIN
        IF since > until THEN
            RETURN;
        END IF;
        RETURN QUERY
            SELECT e.day, extract(hour FROM e.moment AT TIME ZONE zone)::integer AS hour, sum(e.gross), sum(e.vat), sum(e.cost),
                   sum(e.purchases)::integer
            FROM (
                SELECT s.day, s.moment, s.gross, s.vat, s.cost, 0 AS purchases FROM sold(since, until) s
                UNION ALL
                SELECT d.issued_on, d.issued_at, 0, 0, 0, 1 FROM document d
                WHERE d.kind = 'invoice' AND d.issued_on >= since AND d.issued_on <= until
            ) e
            GROUP BY 1, 2;
    END
    $$;
