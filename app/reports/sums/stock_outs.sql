-- edition 1
-- Products that sold from one day through another and of which nothing was left in the evening of a day or more: on how many,
-- how much of it went on all days, and how much more would have, had each of these been like the others together. What
-- came for the first time was not out before.
CREATE OR REPLACE FUNCTION stock_outs(since date, until date)
    RETURNS TABLE (product_id bigint, days_out integer, quantity numeric, gross numeric, lost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        begins timestamptz := since::timestamp AT TIME ZONE shop_zone();
    BEGIN
        RETURN QUERY
            WITH told AS MATERIALIZED (
                SELECT d.product_id, d.day, sum(d.quantity) AS quantity, sum(d.gross) AS gross, sum(d.on_hand) AS on_hand
                FROM product_days(since, until) d WHERE d.product_id <> 0
                GROUP BY d.product_id, d.day
            ), selling AS (
                SELECT t.product_id, min(t.day) AS first, sum(t.quantity) AS quantity, sum(t.gross) AS gross
                FROM told t GROUP BY t.product_id HAVING sum(t.quantity) > 0 AND sum(t.gross) > 0
            ), before AS (
                SELECT v.product_id, sum(v.on_hand) AS on_hand FROM stock_value(since - 1) v GROUP BY v.product_id
            ), evening AS (
                -- So many days it stayed as it was in that evening.
                SELECT t.product_id, t.quantity, t.on_hand,
                       lead(t.day, 1, until + 1) OVER (PARTITION BY t.product_id ORDER BY t.day) - t.day AS days
                FROM told t
                UNION ALL
                SELECT s.product_id, 0, coalesce(b.on_hand, 0), s.first - since
                FROM selling s
                LEFT JOIN before b ON b.product_id = s.product_id
                WHERE s.first > since
                    AND (SELECT m.at FROM stock_movement m WHERE m.product_id = s.product_id ORDER BY m.id LIMIT 1) < begins
            ), average AS (
                SELECT s.product_id, s.quantity, s.gross, o.out,
                       o.sold_in / nullif(o.days - o.out, 0) AS a_day
                FROM selling s
                JOIN (
                    SELECT e.product_id, sum(e.days) AS days, coalesce(sum(e.days) FILTER (WHERE e.on_hand <= 0), 0) AS out,
                           coalesce(sum(e.quantity) FILTER (WHERE e.on_hand > 0), 0) AS sold_in
                    FROM evening e GROUP BY e.product_id
                ) o ON o.product_id = s.product_id
                WHERE o.out > 0
            )
            SELECT a.product_id, a.out::integer, a.quantity, a.gross,
                   round(coalesce(sum(greatest(a.a_day - e.quantity, 0) + greatest(a.a_day, 0) * (e.days - 1)), 0), 3)
            FROM average a JOIN evening e ON e.product_id = a.product_id AND e.on_hand <= 0
            GROUP BY a.product_id, a.out, a.quantity, a.gross;
    END
    $$;
