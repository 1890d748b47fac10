-- edition 1
-- How much of a product the books say was on the shelf at a moment: what came and went until then, less what lay in bags that were
-- ready and had not been handed over or unpacked yet.
CREATE OR REPLACE FUNCTION shelf_at(of_product bigint, moment timestamptz) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
        -- Goods that were handed over since, out of a bag of before, were not on the shelf any more: they stay taken off.
        SELECT l.on_hand - coalesce((
                SELECT sum(m.quantity) FROM stock_movement m
                WHERE m.product_id = of_product AND m.at > moment
                    AND NOT (m.kind = 'sale' AND coalesce((
                        SELECT p.picked_at <= moment FROM purchase p WHERE p.id = m.purchase_id LIMIT 1), false))), 0)
            - coalesce((
                SELECT sum(a.quantity)
                FROM stock s
                JOIN allocation a ON a.stock_id = s.id
                JOIN purchase_line i ON i.id = a.purchase_line_id
                CROSS JOIN LATERAL (
                    SELECT FROM purchase p WHERE p.id = i.purchase_id AND p.status = 'placed' AND p.picked_at <= moment LIMIT 1) p
                WHERE s.product_id = of_product AND s.on_hand > 0 AND s.allocated > 0), 0)
            - coalesce((
                SELECT sum(a.quantity)
                FROM purchase p
                JOIN purchase_line i ON i.purchase_id = p.id
                JOIN allocation a ON a.purchase_line_id = i.id
                WHERE p.status = 'cancelled' AND p.picked_at IS NOT NULL AND p.cancelled_at > moment AND p.picked_at <= moment
                    AND i.product_id = of_product), 0)
        FROM stock_level l WHERE l.product_id = of_product
    $$;
