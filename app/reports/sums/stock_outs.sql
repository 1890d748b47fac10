-- edition 3
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
        last date := (SELECT u.day FROM summed_until u);
    BEGIN
        RETURN QUERY
            WITH raw AS MATERIALIZED (
                SELECT r.product_id, r.day, sum(r.quantity) AS quantity, sum(r.on_hand) AS on_hand,
                       lead(r.day, 1, until + 1) OVER (PARTITION BY r.product_id ORDER BY r.day) AS next
                FROM days_of_products(last, greatest(since, last + 1), until) r WHERE r.product_id <> 0
                GROUP BY r.product_id, r.day
            ), first_raw AS (
                SELECT r.product_id, min(r.day) AS day FROM raw r GROUP BY r.product_id
            ), empty AS MATERIALIZED (
                SELECT t.product_id, t.day, sum(t.quantity) AS quantity
                FROM product_day t
                WHERE t.day >= since AND t.day <= until AND t.on_hand = 0 AND t.product_id <> 0
                GROUP BY t.product_id, t.day
            ), evening AS (
                -- None was left in it, nor in those that follow before anything became of the product again. Where another
                -- supplier's goods were left, it is no day.
                SELECT e.product_id, e.quantity, coalesce(n.day, f.day, until + 1) - e.day AS days
                FROM empty e
                LEFT JOIN LATERAL (
                    SELECT o.day FROM product_day o
                    WHERE o.product_id = e.product_id AND o.day >= e.day AND o.day <= until AND (o.day > e.day OR o.on_hand <> 0)
                    ORDER BY o.day LIMIT 1
                ) n ON true
                LEFT JOIN first_raw f ON f.product_id = e.product_id
                UNION ALL
                SELECT r.product_id, r.quantity, r.next - r.day FROM raw r WHERE r.on_hand <= 0
            ), known AS MATERIALIZED (
                SELECT v.product_id FROM stock_value(since - 1) v GROUP BY v.product_id
            ), selling AS MATERIALIZED (
                -- Of those alone of which none was left at some time.
                SELECT s.product_id, sum(s.quantity) AS quantity, sum(s.gross) AS gross
                FROM product_sums(since, until, ARRAY(
                    SELECT e.product_id FROM evening e WHERE e.days > 0
                    UNION SELECT p.id FROM product p WHERE p.id NOT IN (SELECT k.product_id FROM known k)
                )) s
                WHERE s.product_id <> 0
                GROUP BY s.product_id HAVING sum(s.quantity) > 0 AND sum(s.gross) > 0
            ), beginning AS MATERIALIZED (
                SELECT s.product_id, coalesce((
                           SELECT n.day FROM product_day n WHERE n.product_id = s.product_id AND n.day >= since AND n.day <= until
                           ORDER BY n.day LIMIT 1), f.day) - since AS days,
                       (SELECT m.at FROM stock_movement m WHERE m.product_id = s.product_id ORDER BY m.id LIMIT 1) < begins AS is_known
                FROM selling s
                LEFT JOIN first_raw f ON f.product_id = s.product_id
                WHERE s.product_id NOT IN (SELECT k.product_id FROM known k)
            ), missing AS (
                SELECT e.product_id, e.quantity, e.days FROM evening e WHERE e.days > 0
                UNION ALL
                SELECT b.product_id, 0, b.days FROM beginning b WHERE b.days > 0 AND b.is_known
            ), average AS (
                SELECT s.product_id, s.quantity, s.gross, m.days,
                       greatest((s.quantity - m.quantity)
                           / nullif(until - since + 1 - m.days - coalesce(b.days, 0), 0), 0) AS a_day
                FROM selling s
                JOIN (SELECT e.product_id, sum(e.days) AS days, sum(e.quantity) AS quantity FROM missing e GROUP BY e.product_id) m
                    ON m.product_id = s.product_id
                LEFT JOIN beginning b ON b.product_id = s.product_id AND NOT b.is_known
            )
            SELECT a.product_id, a.days::integer, a.quantity, a.gross,
                   coalesce(round(sum(greatest(a.a_day - m.quantity, 0) + a.a_day * (m.days - 1)), 3), 0)
            FROM average a JOIN missing m ON m.product_id = a.product_id
            GROUP BY a.product_id, a.days, a.quantity, a.gross;
    END
    $$;
