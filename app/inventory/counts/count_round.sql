-- edition 1
-- What a round of a count has found of a product: all places together, as at the last scan, and what the books say was on the shelf
-- then. `moved` says that something came or went between the first scan and the last, so that these may not fit together. No row
-- where nobody has scanned any.
CREATE OR REPLACE FUNCTION count_round(
        of_count bigint, of_product bigint, of_round integer,
        OUT counted numeric, OUT moment timestamptz, OUT expected numeric, OUT moved boolean)
    RETURNS SETOF record
    LANGUAGE sql STABLE
    AS $$
        SELECT s.counted, s.last, shelf_at(of_product, s.last),
               s.first < s.last AND (
                   EXISTS (
                       SELECT FROM stock_movement m
                       WHERE m.product_id = of_product AND m.at > s.first AND m.at <= s.last
                           AND NOT (m.kind = 'sale' AND coalesce((
                               SELECT p.picked_at <= s.first FROM purchase p WHERE p.id = m.purchase_id LIMIT 1), false)))
                   OR shelf_at(of_product, s.first) <> shelf_at(of_product, s.last))
        FROM (
            SELECT sum(c.quantity) AS counted, min(c.counted_at) AS first, max(c.counted_at) AS last
            FROM stock_count_scan c
            WHERE c.count_id = of_count AND c.product_id = of_product AND c.round = of_round
        ) s
        WHERE s.last IS NOT NULL
    $$;
