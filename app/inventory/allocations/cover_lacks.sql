-- edition 1
-- Sees to it that so much of products can be promised, each at its full price or, with a day, as the reduced goods with that on
-- them: what the books lack of it, or have promised to others, is booked as found. A product may be there several times.
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
            CROSS JOIN LATERAL (
                -- What expired lots have promised will come from the others, so that much of them is not free.
                SELECT coalesce(sum(CASE WHEN s.expires_on < CURRENT_DATE THEN 0 ELSE s.on_hand END - s.allocated), 0) AS free
                FROM stock s
                WHERE s.product_id = w.product_id AND s.on_hand > 0
                    AND CASE WHEN w.day IS NULL THEN NOT EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id)
                        ELSE s.expires_on = w.day END
            ) f
            WHERE w.quantity > f.free;
        IF lacking.products IS NOT NULL THEN
            PERFORM book_found(lacking.products, lacking.days, lacking.quantities, by_login);
        END IF;
    END
    $$;
