-- edition 1
-- Makes the kept sums right again where what a product's lots cost was corrected: of the days from `since`, the first on which
-- any of these lots moved. To be called behind the correction, as the last lock of its transaction; waits for a day that is
-- being summed up.
CREATE OR REPLACE FUNCTION renew_figures(of_product bigint, since date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        zone text := shop_zone();
        last date;
    BEGIN
        SELECT u.day INTO last FROM summed_until u FOR UPDATE;
        IF last IS NULL OR since > last THEN
            RETURN;
        END IF;
        UPDATE product_day t SET cost = n.cost, on_hand_cost = n.on_hand_cost
            FROM (
                SELECT d.day, d.supplier_id, coalesce(c.cost, 0) AS cost,
                       coalesce(sum(m.moved_cost) OVER (PARTITION BY d.supplier_id ORDER BY d.day), 0) AS on_hand_cost
                FROM product_day d
                LEFT JOIN (
                    SELECT (m.at AT TIME ZONE zone)::date AS day, coalesce(s.supplier_id, 0) AS supplier_id,
                           sum(m.quantity * s.unit_cost) AS moved_cost
                    FROM stock_movement m JOIN stock s ON s.id = m.stock_id WHERE m.product_id = of_product
                    GROUP BY 1, 2
                ) m ON m.day = d.day AND m.supplier_id = d.supplier_id
                LEFT JOIN (
                    SELECT g.day, g.supplier_id, sum(g.cost) AS cost FROM goods_cost('-infinity', last, of_product) g GROUP BY 1, 2
                ) c ON c.day = d.day AND c.supplier_id = d.supplier_id
                WHERE d.product_id = of_product
            ) n
            WHERE t.product_id = of_product AND t.day = n.day AND t.supplier_id = n.supplier_id AND t.day >= since
                AND (t.cost, t.on_hand_cost) IS DISTINCT FROM (n.cost, n.on_hand_cost);
        UPDATE product_month t SET cost = n.cost
            FROM (
                SELECT date_trunc('month', d.day)::date AS month, d.supplier_id, sum(d.cost) AS cost
                FROM product_day d WHERE d.product_id = of_product
                GROUP BY 1, 2
            ) n
            WHERE t.product_id = of_product AND t.month = n.month AND t.supplier_id = n.supplier_id AND t.cost <> n.cost;
        UPDATE promoted_day t SET cost = n.cost
            FROM (
                SELECT g.day, r.kind, r.code, sum(g.cost) AS cost
                FROM goods_cost(since, last, of_product) g JOIN reduced_line r ON r.purchase_line_id = g.purchase_line_id
                GROUP BY 1, 2, 3
            ) n
            WHERE t.product_id = of_product AND t.day = n.day AND t.kind = n.kind AND t.code = n.code AND t.cost <> n.cost;
        UPDATE sold_hour t SET cost = n.cost
            FROM (
                SELECT g.day, extract(hour FROM g.moment AT TIME ZONE zone)::integer AS hour, sum(g.cost) AS cost
                FROM goods_cost(since, last, NULL) g
                GROUP BY 1, 2
            ) n
            WHERE t.day = n.day AND t.hour = n.hour AND t.cost <> n.cost;
    END
    $$;
