-- edition 3
-- The rows that product_day has of the days from one through another, from what happened: worked out on those of `behind`,
-- a day before, or on nothing (NULL).
CREATE OR REPLACE FUNCTION days_of_products(behind date, since date, until date)
    RETURNS TABLE (
        product_id bigint, day date, supplier_id bigint, deposit text, quantity numeric, gross numeric, vat numeric,
        cost numeric, on_hand numeric, on_hand_cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    DECLARE
        zone text := shop_zone();
        starts timestamptz := coalesce((behind + 1)::timestamp, '-infinity') AT TIME ZONE zone;
        ends timestamptz := (until + 1)::timestamp AT TIME ZONE zone;
    BEGIN
        IF since > until THEN
            RETURN;
        END IF;
        RETURN QUERY
            WITH change AS MATERIALIZED (
                SELECT e.product_id, e.day, e.supplier_id, e.deposit, sum(e.quantity) AS quantity, sum(e.gross) AS gross,
                       sum(e.vat) AS vat, sum(e.cost) AS cost, sum(e.moved) AS moved, sum(e.moved_cost) AS moved_cost
                FROM (
                    SELECT s.product_id, s.day, s.supplier_id, s.deposit, s.quantity, s.gross, s.vat, s.cost,
                           0.0 AS moved, 0.0 AS moved_cost
                    FROM sold(since, until) s
                    UNION ALL
                    SELECT m.product_id, (m.at AT TIME ZONE zone)::date, coalesce(s.supplier_id, 0), '', 0, 0, 0, 0,
                           m.quantity, m.quantity * s.unit_cost
                    FROM stock_movement m JOIN stock s ON s.id = m.stock_id
                    WHERE m.at >= starts AND m.at < ends
                ) e
                GROUP BY e.product_id, e.day, e.supplier_id, e.deposit
            ), left_before AS (
                SELECT p.product_id, t.supplier_id, t.on_hand, t.on_hand_cost
                FROM (SELECT DISTINCT c.product_id FROM change c WHERE c.product_id <> 0) p
                CROSS JOIN LATERAL (
                    SELECT max(l.day) AS day FROM product_day l WHERE l.product_id = p.product_id AND l.day <= behind
                ) l
                -- OFFSET: to be looked up by both, and not each product among all that there were on its day.
                CROSS JOIN LATERAL (
                    SELECT t.supplier_id, t.on_hand, t.on_hand_cost FROM product_day t
                    WHERE t.product_id = p.product_id AND t.day = l.day AND (t.on_hand <> 0 OR t.on_hand_cost <> 0) OFFSET 0
                ) t
            ), known AS (
                SELECT c.product_id, c.supplier_id, c.deposit FROM change c
                UNION SELECT b.product_id, b.supplier_id, '' FROM left_before b
            ), evening AS (
                SELECT a.product_id, a.day, a.supplier_id, a.deposit, a.quantity, a.gross, a.vat, a.cost,
                       coalesce(b.on_hand, 0) + sum(a.moved) OVER past AS on_hand,
                       coalesce(b.on_hand_cost, 0) + sum(a.moved_cost) OVER past AS on_hand_cost
                FROM (
                    -- Of each supplier on each day on which anything became of the product, also of another's.
                    SELECT u.product_id, u.day, u.supplier_id, u.deposit, sum(u.quantity) AS quantity, sum(u.gross) AS gross,
                           sum(u.vat) AS vat, sum(u.cost) AS cost, sum(u.moved) AS moved, sum(u.moved_cost) AS moved_cost
                    FROM (
                        SELECT c.product_id, c.day, c.supplier_id, c.deposit, c.quantity, c.gross, c.vat, c.cost, c.moved, c.moved_cost
                        FROM change c
                        UNION ALL
                        SELECT d.product_id, d.day, k.supplier_id, k.deposit, NULL, NULL, NULL, NULL, 0, 0
                        FROM (SELECT DISTINCT c.product_id, c.day FROM change c) d JOIN known k ON k.product_id = d.product_id
                    ) u
                    GROUP BY u.product_id, u.day, u.supplier_id, u.deposit
                ) a
                LEFT JOIN left_before b ON b.product_id = a.product_id AND b.supplier_id = a.supplier_id
                WINDOW past AS (PARTITION BY a.product_id, a.supplier_id, a.deposit ORDER BY a.day)
            )
            SELECT e.product_id, e.day, e.supplier_id, e.deposit, coalesce(e.quantity, 0), coalesce(e.gross, 0),
                   coalesce(e.vat, 0), coalesce(e.cost, 0), e.on_hand, e.on_hand_cost
            FROM evening e
            WHERE e.day >= since AND (e.quantity IS NOT NULL OR e.on_hand <> 0 OR e.on_hand_cost <> 0);
    END
    $$;
