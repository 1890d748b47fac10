-- edition 1
-- Drops up to so many sets of discounts that no product has, and returns how many.
CREATE OR REPLACE FUNCTION drop_discount_sets(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        unused bigint[];
        dropped integer;
    BEGIN
        unused := ARRAY(
            SELECT s.id FROM discount_set s
            WHERE NOT EXISTS (SELECT FROM product p WHERE p.active IN (true, false) AND p.discount_set = s.id)
            ORDER BY s.id LIMIT most FOR UPDATE SKIP LOCKED);
        -- Who came to one meanwhile has committed: only a statement that begins behind the lock sees it.
        DELETE FROM discount_set s WHERE s.id = ANY (unused)
            AND NOT EXISTS (SELECT FROM product p WHERE p.active IN (true, false) AND p.discount_set = s.id);
        GET DIAGNOSTICS dropped = ROW_COUNT;
        RETURN dropped;
    END
    $$;
