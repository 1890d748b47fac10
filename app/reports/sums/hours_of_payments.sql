-- edition 1
-- The rows that paid_hour has of the days from one through another, from what was paid. `rounding` is by how much more cash
-- than that was taken.
CREATE OR REPLACE FUNCTION hours_of_payments(since date, until date)
    RETURNS TABLE (
        day date, hour integer, till text, method text, taken numeric, given_back numeric, rounding numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        zone text := shop_zone();
    BEGIN
        RETURN QUERY
            SELECT (y.at AT TIME ZONE zone)::date, extract(hour FROM y.at AT TIME ZONE zone)::integer, coalesce(s.till, ''),
                   y.method, coalesce(sum(y.amount) FILTER (WHERE y.kind = 'payment'), 0.00),
                   coalesce(sum(y.amount) FILTER (WHERE y.kind = 'refund'), 0.00),
                   sum(CASE y.kind WHEN 'payment' THEN y.rounding ELSE -y.rounding END)
            FROM payment y LEFT JOIN till_session s ON s.id = y.session_id
            WHERE y.at >= since::timestamp AT TIME ZONE zone AND y.at < (until + 1)::timestamp AT TIME ZONE zone
            GROUP BY 1, 2, 3, 4;
    END
    $$;
