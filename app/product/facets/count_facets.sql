-- edition 1
-- Counts the next products on sale, up to so many, and returns how many there were. The last of a round puts its counts in the
-- place of those before. A round begins an hour after the last one began; not in a shop so small that lists count by
-- themselves, nor where somebody else counts.
CREATE OR REPLACE FUNCTION count_facets(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        state facet_round;
        ids bigint[];
    BEGIN
        SELECT * INTO state FROM facet_round FOR UPDATE SKIP LOCKED;
        IF NOT FOUND OR state.began_at IS NULL AND (
            state.counted_at > now() - interval '1 hour'
            OR (SELECT count(*) FROM (SELECT FROM product p WHERE p.active LIMIT 1001) few) <= 1000) THEN
            RETURN 0;
        END IF;
        ids := ARRAY(
            SELECT p.id FROM product p WHERE (p.active, p.id) > (true, state.done) ORDER BY p.active, p.id LIMIT most);
        WITH counted AS (
            SELECT p.brand_id, p.category_id, o.unit_price, p.allergens
            FROM product p JOIN offer o ON o.product_id = p.id WHERE p.id = ANY (ids))
        INSERT INTO facet_count AS f (round, facet, value, products)
            SELECT state.finished + 1, v.facet, v.value, count(*)
            FROM counted c CROSS JOIN LATERAL (
                SELECT 'brand', c.brand_id::text WHERE c.brand_id IS NOT NULL
                UNION ALL SELECT 'category', c.category_id::text
                UNION ALL SELECT 'price', width_bucket(c.unit_price, price_ranges())::text
                UNION ALL SELECT 'allergen', concat(a.key, ' ', a.value) FROM jsonb_each_text(c.allergens) a) v (facet, value)
            GROUP BY v.facet, v.value
            ON CONFLICT (round, facet, value) DO UPDATE SET products = f.products + EXCLUDED.products;
        IF cardinality(ids) < most THEN
            DELETE FROM facet_count f WHERE f.round <= state.finished;
            UPDATE facet_round SET finished = state.finished + 1, counted_at = coalesce(state.began_at, now()),
                began_at = NULL, done = 0;
        ELSE
            UPDATE facet_round SET began_at = coalesce(state.began_at, now()), done = ids[cardinality(ids)];
        END IF;
        RETURN cardinality(ids);
    END
    $$;
