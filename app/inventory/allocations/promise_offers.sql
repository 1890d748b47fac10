-- edition 1
-- Promises as promise_lines does, which promises what has no day (`days`); what has one comes from the reduced lots with it,
-- and only as long as these keep until the purchase has to be paid. All or nothing. Each line's day is there once for its
-- product. Of reduced goods a guest gets his share of what is free at the most, or the quantity that is always had.
--
-- The levels of all lines are locked first, in product order, so that nobody who promises deadlocks.
CREATE OR REPLACE FUNCTION promise_offers(
        products bigint[], quantities numeric[], days date[], keep_until date, unpaid_share numeric, unpaid_quantity numeric,
        OUT refused text, OUT places bigint[], OUT lots bigint[], OUT amounts numeric[], OUT of_products bigint[],
        OUT available numeric[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        reduced record;
        rest record;
        promised record;
    BEGIN
        PERFORM FROM stock_level l WHERE l.product_id = ANY (products) ORDER BY l.product_id FOR NO KEY UPDATE;
        SELECT array_agg(w.product_id ORDER BY w.place) AS products, array_agg(w.quantity ORDER BY w.place) AS quantities,
               array_agg(w.place ORDER BY w.place) AS places
            INTO rest
            FROM unnest(products, quantities, days) WITH ORDINALITY AS w (product_id, quantity, day, place)
            WHERE w.day IS NULL;
        WITH offered AS MATERIALIZED (
            SELECT w.product_id, w.quantity, w.place, coalesce(s.lots, '{}') AS lots, s.free, s.expiries,
                   coalesce(s.sum, 0)::numeric(12,3) AS free_in_all,
                   CASE WHEN unpaid_share < 1 THEN least(coalesce(s.sum, 0), greatest(
                       trunc(unpaid_share * coalesce(s.sum, 0), CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), unpaid_quantity))
                       ELSE coalesce(s.sum, 0) END AS most
            FROM unnest(products, quantities, days) WITH ORDINALITY AS w (product_id, quantity, day, place)
            JOIN product p ON p.id = w.product_id
            CROSS JOIN LATERAL (
                SELECT array_agg(r.stock_id) AS lots, array_agg(r.on_hand - r.allocated) AS free,
                       array_agg(r.expires_on) AS expiries, sum(r.on_hand - r.allocated) AS sum
                FROM reduced_lot r
                WHERE r.product_id = w.product_id AND r.expires_on = w.day AND r.expires_on >= keep_until
                    AND r.on_hand > r.allocated
            ) s
        ), taken AS (
            SELECT o.place, o.product_id, f.stock_id, f.quantity
            FROM offered o CROSS JOIN LATERAL fefo(o.lots, o.free, o.expiries, o.quantity, 0, NULL) f
            WHERE days[o.place] IS NOT NULL
        )
        SELECT t.places, t.products, t.lots, t.amounts, b.short, b.asked, b.had,
               CASE WHEN b.scarce THEN 'out_of_stock' ELSE 'held_by_guests' END AS refused
            INTO reduced
            FROM (
                SELECT array_agg(place) AS places, array_agg(product_id) AS products, array_agg(stock_id) AS lots,
                       array_agg(quantity) AS amounts
                FROM taken
            ) t
            CROSS JOIN (
                SELECT array_agg(product_id ORDER BY place) AS short, array_agg(quantity ORDER BY place) AS asked,
                       array_agg(most::numeric(12,3) ORDER BY place) AS had, bool_or(quantity > free_in_all) AS scarce
                FROM offered WHERE days[place] IS NOT NULL AND quantity > most
            ) b;
        IF reduced.short IS NOT NULL THEN
            refused := reduced.refused;
            of_products := reduced.short;
            amounts := reduced.asked;
            available := reduced.had;
            RETURN;
        END IF;
        refused := '';
        IF rest.products IS NOT NULL THEN
            SELECT * INTO promised FROM promise_lines(
                rest.products, rest.quantities, true, keep_until, unpaid_share, unpaid_quantity);
            refused := promised.refused;
            lots := promised.lots;
            amounts := promised.amounts;
            of_products := promised.of_products;
            available := promised.available;
            IF refused <> '' THEN
                RETURN;
            END IF;
            places := ARRAY(SELECT rest.places[p.place] FROM unnest(promised.places) WITH ORDINALITY AS p (place, nth) ORDER BY p.nth);
        END IF;
        UPDATE stock_level l SET allocated = l.allocated + w.quantity
            FROM (
                SELECT r.product_id, sum(r.quantity) AS quantity
                FROM unnest(reduced.products, reduced.amounts) AS r (product_id, quantity) GROUP BY r.product_id
            ) w
            WHERE l.product_id = w.product_id;
        UPDATE stock s SET allocated = s.allocated + r.quantity
            FROM unnest(reduced.lots, reduced.amounts) AS r (stock_id, quantity)
            WHERE s.id = r.stock_id;
        places := places || reduced.places;
        lots := lots || reduced.lots;
        amounts := amounts || reduced.amounts;
    END
    $$;
