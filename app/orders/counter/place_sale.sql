-- edition 1
-- Turns what lies on the counter into a purchase, all or nothing, through a cart that is gone in the end: prices, multi-buys,
-- reduced goods and the coupon are a basket's. Goods that the books lack, or have promised, are booked as found. A label that
-- prints its price may leave the quantity to that. Returns one row with what became of it: `placed`, with the purchase; or a refusal, and the caller undoes
-- all of it: `no_product`, `no_quantity` (`bare` are lines that say none), `not_whole` and `too_much` with the place of the line (the first is 0), `no_deposit` with that of the
-- deposit, `not_reduced`, and place_basket's words.
CREATE OR REPLACE FUNCTION place_sale(
        codes text[], days date[], quantities numeric[], bare boolean[], labels numeric[], deposits text[], returned numeric[],
        of_coupon bigint, of_code text, expected numeric, in_currency text, confirmed_age integer, most numeric, by_login bigint)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        products bigint[];
        wanted numeric[];
        given_back jsonb;
        of_cart uuid;
    BEGIN
        SELECT array_agg(p.id ORDER BY l.place), array_agg(q.quantity ORDER BY l.place),
               (array_agg(w.why ORDER BY l.place) FILTER (WHERE w.why IS NOT NULL))[1],
               to_json(min(l.place - 1) FILTER (WHERE w.why IS NOT NULL))
            INTO products, wanted, outcome, items
            FROM unnest(codes, quantities, bare, labels) WITH ORDINALITY AS l (code, quantity, is_bare, label, place)
            LEFT JOIN product p ON p.code = l.code
            CROSS JOIN LATERAL (
                SELECT coalesce(l.quantity, (
                    SELECT greatest(round(l.label / o.unit_price, 3), 0.001) FROM offer o WHERE o.product_id = p.id
                )) AS quantity
            ) q
            CROSS JOIN LATERAL (
                SELECT CASE WHEN p.id IS NULL THEN 'no_product' WHEN l.is_bare AND p.unit <> 'piece' THEN 'no_quantity'
                    WHEN NOT sold_in(p.unit, q.quantity) THEN 'not_whole'
                    WHEN q.quantity > most THEN 'too_much' END AS why
            ) w;
        IF outcome IS NULL THEN
            SELECT jsonb_agg(jsonb_build_object('deposit', d.id, 'quantity', g.quantity) ORDER BY g.place),
                   CASE WHEN count(*) > count(d.id) THEN 'no_deposit' END, to_json(min(g.place - 1) FILTER (WHERE d.id IS NULL))
                INTO given_back, outcome, items
                FROM unnest(deposits, returned) WITH ORDINALITY AS g (code, quantity, place)
                LEFT JOIN deposit d ON d.code = g.code;
        END IF;
        IF outcome IS NULL AND products IS NOT NULL THEN
            PERFORM cover_lacks(products, days, wanted, by_login);
            -- What no rule reduces is not reduced by a word.
            SELECT 'not_reduced', json_agg(json_build_object('product', g.code))
                INTO outcome, items
                FROM unnest(products, codes, days) AS g (product_id, code, day)
                WHERE g.day IS NOT NULL AND (reduced_offer(g.product_id, g.day)).unit_price IS NULL
                HAVING count(*) > 0;
        END IF;
        IF outcome IS NOT NULL THEN
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO cart (status, coupon_id, coupon_code, deposits_returned, expires_at)
            VALUES ('sale', of_coupon, of_code, given_back, now()) RETURNING id INTO of_cart;
        INSERT INTO cart_item (cart_id, product_id, quantity, label_price, best_before)
            SELECT of_cart, g.product_id, g.quantity, g.label, g.day
            FROM unnest(products, wanted, labels, days) WITH ORDINALITY AS g (product_id, quantity, label, day, place)
            ORDER BY g.place;
        RETURN QUERY SELECT b.outcome, b.items, b.total, b.made
            FROM place_basket(of_cart, NULL, NULL, expected, in_currency, 0, NULL, NULL, NULL, confirmed_age, 'infinity') b;
    END
    $$;
