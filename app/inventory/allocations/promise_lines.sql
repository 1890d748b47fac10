-- edition 2
-- Promises so much of a product to each line, all or nothing, from lots that have not expired nor are reduced, and rather from
-- such as keep until a day. A product may be in several lines, if they are `repeated`. `refused` is '', and a line (`places`, the first is 1) gets so much
-- (`amounts`) from which lot; or it says why nothing is promised, and which products are asked for too much of, how much
-- that is in all lines and how much could be had.
--
-- For guests, purchases that guests have not paid may hold together this share of what is not promised to others; who
-- comes first, always this quantity. What is above that is `held_by_guests`. NULL is for everybody else, who may have all.
-- Reduced goods are no part of it.
--
-- A level is the lock of its product, taken in product order, so that two baskets cannot deadlock.
CREATE OR REPLACE FUNCTION promise_lines(
        products bigint[], quantities numeric[], repeated boolean, keep_until date, unpaid_share numeric, unpaid_quantity numeric,
        OUT refused text, OUT places bigint[], OUT lots bigint[], OUT amounts numeric[], OUT of_products bigint[],
        OUT available numeric[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        wanted_products bigint[] := products;
        wanted numeric[] := quantities;
        before numeric[];
        taken_lots bigint[];
        taken numeric[];
        enough bigint[];
        complete boolean;
        marked_down boolean := EXISTS (SELECT FROM markdown_step);
    BEGIN
        refused := '';
        -- What all lines want of a product, and what those before a line do, which take first. Most baskets need not ask.
        IF repeated THEN
            SELECT array_agg(w.product_id ORDER BY w.place) FILTER (WHERE w.last),
                   array_agg(w.upto ORDER BY w.place) FILTER (WHERE w.last),
                   array_agg(w.upto - w.quantity ORDER BY w.place)
                INTO wanted_products, wanted, before
                FROM (
                    SELECT *, sum(quantity) OVER (PARTITION BY product_id ORDER BY place) AS upto,
                           lead(place) OVER (PARTITION BY product_id ORDER BY place) IS NULL AS last
                    FROM unnest(products, quantities) WITH ORDINALITY AS l (product_id, quantity, place)
                ) w;
        END IF;
        -- A level that has too little is not even waited for: when something is sold out, the queue for it is over. So it is if
        -- reduced goods are all that is left.
        enough := ARRAY(
            SELECT l.product_id FROM stock_level l
            JOIN unnest(wanted_products, wanted) AS w (product_id, quantity) USING (product_id)
            WHERE l.on_hand - l.allocated >= w.quantity
                AND (NOT marked_down OR l.product_id IN (
                    SELECT a.product_id FROM sellable a WHERE a.product_id = l.product_id AND a.available >= w.quantity))
            ORDER BY l.product_id FOR NO KEY UPDATE OF l);
        IF cardinality(enough) = cardinality(wanted_products) THEN
            IF unpaid_share < 1 THEN
                SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
                       array_agg(greatest(trunc(m.most, CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), 0)::numeric(12,3)
                                 ORDER BY w.place)
                    INTO of_products, amounts, available
                    FROM unnest(wanted_products, wanted) WITH ORDINALITY AS w (product_id, quantity, place)
                    JOIN product p ON p.id = w.product_id
                    JOIN stock_level l ON l.product_id = w.product_id
                    JOIN sellable a ON a.product_id = w.product_id
                    CROSS JOIN LATERAL (
                        SELECT coalesce(sum(n.quantity), 0) AS quantity
                        FROM purchase u JOIN purchase_line n ON n.purchase_id = u.id AND n.product_id = w.product_id
                        WHERE u.status = 'placed' AND u.paid = 0 AND u.total > 0 AND u.customer_id IS NULL AND n.best_before IS NULL
                            -- Most often it is known without looking: all that is promised, to anybody, is not too much.
                            AND l.allocated + w.quantity > unpaid_share * (a.available + l.allocated)
                    ) h
                    CROSS JOIN LATERAL (
                        SELECT CASE h.quantity WHEN 0 THEN greatest(unpaid_share * a.available, unpaid_quantity)
                               ELSE unpaid_share * (a.available + h.quantity) - h.quantity END AS most
                    ) m
                    WHERE w.quantity > m.most;
                IF of_products IS NOT NULL THEN
                    refused := 'held_by_guests';
                    RETURN;
                END IF;
            END IF;
            SELECT array_agg(w.place), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO places, lots, amounts, complete
                FROM unnest(products, quantities, before) WITH ORDINALITY AS w (product_id, quantity, before, place)
                CROSS JOIN LATERAL (
                    -- What expired lots have promised will come from the others, and before anything else does.
                    SELECT array_agg(s.id) FILTER (WHERE s.fresh) AS lots,
                           array_agg(s.on_hand - s.allocated) FILTER (WHERE s.fresh) AS free,
                           array_agg(s.expires_on) FILTER (WHERE s.fresh) AS expiries,
                           sum(s.on_hand) FILTER (WHERE s.fresh) - sum(s.allocated) AS sellable
                    FROM (SELECT *, expires_on IS NULL OR expires_on >= CURRENT_DATE AS fresh FROM stock) s
                    WHERE s.product_id = w.product_id AND s.on_hand > 0 AND (s.on_hand > s.allocated OR NOT s.fresh)
                        AND (NOT marked_down OR NOT EXISTS (SELECT FROM reduced_lot r WHERE r.stock_id = s.id))
                ) s
                CROSS JOIN LATERAL fefo(
                    s.lots, s.free, s.expiries, least(w.quantity, s.sellable - coalesce(w.before, 0)), coalesce(w.before, 0),
                    keep_until) f;
            IF complete THEN
                taken_lots := lots;
                taken := amounts;
                IF repeated THEN
                    SELECT array_agg(a.stock_id), array_agg(a.quantity) INTO taken_lots, taken
                        FROM (
                            SELECT stock_id, sum(quantity) AS quantity
                            FROM unnest(lots, amounts) AS l (stock_id, quantity) GROUP BY stock_id
                        ) a;
                END IF;
                UPDATE stock_level l SET allocated = l.allocated + w.quantity
                    FROM unnest(wanted_products, wanted) AS w (product_id, quantity)
                    WHERE l.product_id = w.product_id;
                UPDATE stock s SET allocated = s.allocated + p.quantity
                    FROM unnest(taken_lots, taken) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN;
            END IF;
        END IF;
        refused := 'out_of_stock';
        SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
               array_agg(coalesce(a.available, 0.000) ORDER BY w.place)
            INTO of_products, amounts, available
            FROM unnest(wanted_products, wanted) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity;
    END
    $$;
