-- edition 1
-- Counts up to so many sales that nobody has counted, and takes away up to so many days of products that were more than
-- thirty days ago; returns how many it came to of the one of which there were more. Where somebody else counts, it is none.
CREATE OR REPLACE FUNCTION count_sales(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        behind bigint;
        upto bigint;
        came_to integer;
        gone integer;
    BEGIN
        SELECT c.movement_id INTO behind FROM sales_counted c FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN 0;
        END IF;
        WITH next AS (
            -- What was numbered before the last of these may not be there yet: nothing takes a minute.
            SELECT m.id, m.product_id, m.purchase_id, m.at::date AS day FROM stock_movement m
            WHERE m.kind = 'sale' AND m.id > behind AND m.at < now() - interval '1 minute'
            ORDER BY m.id LIMIT most),
        sums AS (
            SELECT n.product_id, n.day, count(DISTINCT n.purchase_id) AS sales FROM next n
            WHERE n.day > CURRENT_DATE - 30 GROUP BY n.product_id, n.day),
        days AS (
            INSERT INTO sales_of_day AS d (product_id, day, sales) SELECT s.* FROM sums s
            ON CONFLICT (product_id, day) DO UPDATE SET sales = d.sales + EXCLUDED.sales),
        ranks AS (
            INSERT INTO sales_rank AS r (product_id, sales) SELECT s.product_id, sum(s.sales) FROM sums s GROUP BY s.product_id
            ON CONFLICT (product_id) DO UPDATE SET sales = r.sales + EXCLUDED.sales)
        SELECT max(n.id), count(*) INTO upto, came_to FROM next n;
        UPDATE sales_counted SET movement_id = upto WHERE upto IS NOT NULL;

        WITH old AS (
            DELETE FROM sales_of_day d WHERE (d.product_id, d.day) IN (
                SELECT o.product_id, o.day FROM sales_of_day o WHERE o.day <= CURRENT_DATE - 30 ORDER BY o.day LIMIT most)
            RETURNING d.product_id, d.sales),
        ranks AS (
            UPDATE sales_rank r SET sales = r.sales - o.sales
            FROM (SELECT old.product_id, sum(old.sales) AS sales FROM old GROUP BY old.product_id) o
            WHERE r.product_id = o.product_id)
        SELECT count(*) INTO gone FROM old;
        RETURN greatest(came_to, gone);
    END
    $$;
