-- edition 1
-- Promises so much of a product to each line of what is in somebody's hand: first expired, first out, at its full price, or
-- with a day as the reduced goods with that on them. cover_lacks has seen to it that the lots have as much. What expired lots
-- have promised to others would come from these too: they may lose it, and are among the shortages then. Where a rule for
-- reduced goods came or went since cover_lacks looked, it is a serialization failure: all is to be tried again.
--
-- The caller holds the levels.
CREATE OR REPLACE FUNCTION promise_held(
        products bigint[], quantities numeric[], days date[], OUT places bigint[], OUT lots bigint[], OUT amounts numeric[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    BEGIN
        SELECT array_agg(w.place), array_agg(f.stock_id), array_agg(f.quantity)
            INTO places, lots, amounts
            FROM (
                SELECT *, sum(quantity) OVER (PARTITION BY product_id, day ORDER BY place) - quantity AS before
                FROM unnest(products, quantities, days) WITH ORDINALITY AS l (product_id, quantity, day, place)
            ) w
            CROSS JOIN LATERAL (
                SELECT array_agg(h.stock_id) AS lots, array_agg(h.free) AS free, array_agg(h.expires_on) AS expiries
                FROM held_lots(w.product_id, w.day) h
            ) h
            CROSS JOIN LATERAL fefo(h.lots, h.free, h.expiries, w.quantity, w.before, NULL) f;
        IF coalesce((SELECT sum(a) FROM unnest(amounts) AS a), 0) <> coalesce((SELECT sum(q) FROM unnest(quantities) AS q), 0) THEN
            RAISE EXCEPTION 'other lots are sold so than a moment ago' USING ERRCODE = 'serialization_failure';
        END IF;
        UPDATE stock_level l SET allocated = l.allocated + w.quantity
            FROM (
                SELECT product_id, sum(quantity) AS quantity
                FROM unnest(products, quantities) AS p (product_id, quantity) GROUP BY product_id
            ) w
            WHERE l.product_id = w.product_id;
        UPDATE stock s SET allocated = s.allocated + t.quantity
            FROM (
                SELECT stock_id, sum(quantity) AS quantity
                FROM unnest(promise_held.lots, promise_held.amounts) AS a (stock_id, quantity) GROUP BY stock_id
            ) t
            WHERE s.id = t.stock_id;
    END
    $$;
