-- edition 1
-- Sees to it that so much of products is in lots that promise_held finds, each at its full price or, with a day, as the reduced
-- goods with that on them: what the books lack of it, or have promised to others, is booked as found. A product may be there
-- several times.
--
-- The levels are locked in product order, and stay so: who promises next finds what was looked at.
CREATE OR REPLACE FUNCTION cover_lacks(products bigint[], days date[], quantities numeric[], by_login bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        lacking record;
    BEGIN
        PERFORM FROM stock_level l WHERE l.product_id = ANY (products) ORDER BY l.product_id FOR NO KEY UPDATE;
        SELECT array_agg(w.product_id) AS products, array_agg(w.day) AS days, array_agg(w.quantity - f.free) AS quantities
            INTO lacking
            FROM (
                SELECT g.product_id, g.day, sum(g.quantity) AS quantity
                FROM unnest(products, days, quantities) AS g (product_id, day, quantity) GROUP BY g.product_id, g.day
            ) w
            CROSS JOIN LATERAL (SELECT coalesce(sum(h.free), 0) AS free FROM held_lots(w.product_id, w.day) h) f
            WHERE w.quantity > f.free;
        IF lacking.products IS NOT NULL THEN
            PERFORM book_found(lacking.products, lacking.days, lacking.quantities, by_login);
        END IF;
    END
    $$;
