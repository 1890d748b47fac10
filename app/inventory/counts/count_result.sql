-- edition 1
-- What counts have found of each of their products, at the average cost of what there is of it, or of its last lot: as it is now,
-- or once they are approved as it was then. A recount that nobody has begun leaves the round before standing: `waiting`. `confirmed`
-- says that two rounds on end found the same difference. OFFSET 0 has each be worked out once, however often it is named.
CREATE OR REPLACE VIEW count_result WITH (security_invoker = true) AS
    SELECT p.count_id, p.product_id, p.place, p.round,
           coalesce(p.counted, r.counted) AS counted, coalesce(p.moment, r.moment) AS moment,
           coalesce(p.expected, r.expected) AS expected,
           coalesce(p.counted, r.counted) - coalesce(p.expected, r.expected) AS difference,
           coalesce(p.value, round((r.counted - r.expected) * c.unit_cost, 2)) AS value,
           coalesce(r.moved, false) AS moved, coalesce(p.open AND p.round > s.round, false) AS waiting,
           coalesce(r.counted - r.expected = b.counted - b.expected, false) AS confirmed, p.booked
    FROM stock_count_product p
    LEFT JOIN LATERAL (
        SELECT n.round FROM stock_count_scan n
        WHERE n.count_id = p.count_id AND n.product_id = p.product_id AND p.moment IS NULL
        ORDER BY n.round DESC LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT k.counted, k.moment, k.expected, k.moved FROM count_round(p.count_id, p.product_id, s.round) k OFFSET 0
    ) r ON s.round IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT k.counted, k.expected FROM count_round(p.count_id, p.product_id, s.round - 1) k OFFSET 0
    ) b ON s.round > 1
    LEFT JOIN LATERAL (
        SELECT coalesce(
            (SELECT sum(o.on_hand * o.unit_cost) / sum(o.on_hand) FROM stock o WHERE o.product_id = p.product_id AND o.on_hand > 0),
            (SELECT o.unit_cost FROM stock o WHERE o.product_id = p.product_id ORDER BY o.id DESC LIMIT 1), 0) AS unit_cost OFFSET 0
    ) c ON r.counted <> r.expected;
