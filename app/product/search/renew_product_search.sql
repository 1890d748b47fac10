-- edition 1
-- Renews what `q` looks in for up to so many products of what was renamed, and returns how many it came to. What somebody
-- else renews at the same moment is left to them.
CREATE OR REPLACE FUNCTION renew_product_search(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        mark renamed;
        ids bigint[];
        came_to integer := 0;
    BEGIN
        LOOP
            SELECT * INTO mark FROM renamed ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
            EXIT WHEN NOT FOUND OR came_to >= most;
            ids := CASE WHEN mark.brand_id IS NULL THEN ARRAY(
                SELECT p.id FROM product p WHERE p.category_id = mark.category_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            ELSE ARRAY(
                SELECT p.id FROM product p WHERE p.brand_id = mark.brand_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            END;
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids) AND p.search_text <> product_search_text(p.name, p.brand_id, p.category_id);
            came_to := came_to + cardinality(ids);
            IF came_to < most THEN
                DELETE FROM renamed WHERE id = mark.id;
            ELSE
                UPDATE renamed SET done = ids[cardinality(ids)] WHERE id = mark.id;
            END IF;
        END LOOP;
        RETURN came_to;
    END
    $$;
