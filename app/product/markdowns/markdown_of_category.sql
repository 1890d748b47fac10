-- edition 1
-- What the rules come to for each category. Of a lot, the rules of the nearest category that has one for it hold; of these,
-- the one with the fewest days.
CREATE OR REPLACE VIEW markdown_of_category WITH (security_invoker = true) AS
    WITH RECURSIVE above AS (
        SELECT c.id AS category_id, c.id, c.parent_id, 0 AS steps FROM category c
        UNION ALL
        SELECT a.category_id, c.id, c.parent_id, a.steps + 1 FROM above a JOIN category c ON c.id = a.parent_id
    )
    SELECT r.category_id, r.days_left, r.rate
    FROM (
        SELECT a.category_id, m.days_left, m.rate,
               max(m.days_left) OVER (
                   PARTITION BY a.category_id ORDER BY a.steps GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS nearer
        FROM above a JOIN markdown m ON m.category_id = a.id AND m.active
    ) r
    WHERE r.days_left > coalesce(r.nearer, -1);
