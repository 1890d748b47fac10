-- depends: 0017-cancelled

-- What two spellings of one telephone number have in common: its digits, without the zeros that stand for a +.
CREATE FUNCTION phone_digits(phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ltrim(regexp_replace(phone, '[^0-9]', '', 'g'), '0') $$;

-- Promises so much of each product, all or nothing, from lots that have not expired, and rather from such as keep until
-- a day. Returns what comes from which lot; or, where the lot is NULL, what there is too little of and how much of it
-- could be had. Each product once.
--
-- For guests, purchases that guests have not paid may hold together this share of what is not promised to others; who
-- comes first, always this quantity. What is above that is `held`. NULL is for everybody else, who may have all.
--
-- A level is the lock of its product, taken in product order, so that two baskets cannot deadlock.
CREATE FUNCTION allocate_stock(
        products bigint[], quantities numeric[], keep_until date, unpaid_share numeric, unpaid_quantity numeric)
    RETURNS TABLE (product_id bigint, stock_id bigint, quantity numeric, available numeric, held boolean)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        enough bigint[];
        picked_products bigint[];
        picked_lots bigint[];
        picked numeric[];
        complete boolean;
    BEGIN
        -- A level that has too little is not even waited for: when something is sold out, the queue for it is over.
        enough := ARRAY(
            SELECT l.product_id FROM stock_level l
            JOIN unnest(products, quantities) AS w (product_id, quantity) USING (product_id)
            WHERE l.on_hand - l.allocated >= w.quantity
            ORDER BY l.product_id FOR NO KEY UPDATE OF l);
        IF cardinality(enough) = cardinality(products) THEN
            IF unpaid_share < 1 THEN
                RETURN QUERY
                    SELECT w.product_id, NULL::bigint, w.quantity,
                           greatest(trunc(m.most, CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), 0)::numeric(12,3), true
                    FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
                    JOIN product p ON p.id = w.product_id
                    JOIN stock_level l ON l.product_id = w.product_id
                    JOIN sellable a ON a.product_id = w.product_id
                    CROSS JOIN LATERAL (
                        SELECT coalesce(sum(n.quantity), 0) AS quantity
                        FROM purchase u JOIN purchase_line n ON n.purchase_id = u.id AND n.product_id = w.product_id
                        WHERE u.status = 'placed' AND u.paid = 0 AND u.total > 0 AND u.customer_id IS NULL
                            -- Most often it is known without looking: all that is promised, to anybody, is not too much.
                            AND l.allocated + w.quantity > unpaid_share * (a.available + l.allocated)
                    ) h
                    CROSS JOIN LATERAL (
                        SELECT CASE h.quantity WHEN 0 THEN greatest(unpaid_share * a.available, unpaid_quantity)
                               ELSE unpaid_share * (a.available + h.quantity) - h.quantity END AS most
                    ) m
                    WHERE w.quantity > m.most
                    ORDER BY w.place;
                IF FOUND THEN
                    RETURN;
                END IF;
            END IF;
            SELECT array_agg(w.product_id), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO picked_products, picked_lots, picked, complete
                FROM unnest(products, quantities) AS w (product_id, quantity)
                CROSS JOIN LATERAL (
                    -- What expired lots have promised will come from the others, and before anything else does.
                    SELECT array_agg(s.id) FILTER (WHERE s.fresh) AS lots,
                           array_agg(s.on_hand - s.allocated) FILTER (WHERE s.fresh) AS free,
                           array_agg(s.expires_on) FILTER (WHERE s.fresh) AS expiries,
                           sum(s.on_hand) FILTER (WHERE s.fresh) - sum(s.allocated) AS sellable
                    FROM (SELECT *, expires_on IS NULL OR expires_on >= CURRENT_DATE AS fresh FROM stock) s
                    WHERE s.product_id = w.product_id AND s.on_hand > 0 AND (s.on_hand > s.allocated OR NOT s.fresh)
                ) s
                CROSS JOIN LATERAL fefo(s.lots, s.free, s.expiries, least(w.quantity, s.sellable), 0, keep_until) f;
            IF complete THEN
                UPDATE stock_level l SET allocated = l.allocated + w.quantity
                    FROM unnest(products, quantities) AS w (product_id, quantity)
                    WHERE l.product_id = w.product_id;
                UPDATE stock s SET allocated = s.allocated + p.quantity
                    FROM unnest(picked_lots, picked) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN QUERY SELECT *, NULL::numeric, false FROM unnest(picked_products, picked_lots, picked);
                RETURN;
            END IF;
        END IF;
        RETURN QUERY
            SELECT w.product_id, NULL::bigint, w.quantity, coalesce(a.available, 0.000), false
            FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity
            ORDER BY w.place;
    END
    $$;

-- because it promises as the one above does, to those who may have all
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION allocate_stock(products bigint[], quantities numeric[], keep_until date)
    RETURNS TABLE (product_id bigint, stock_id bigint, quantity numeric, available numeric)
    LANGUAGE sql
    AS $$
        SELECT a.product_id, a.stock_id, a.quantity, a.available
        FROM allocate_stock(products, quantities, keep_until, NULL, NULL) a
    $$;

-- Turns a cart into a purchase: prices frozen, stock promised, all or nothing. Returns no row if there is no such cart,
-- or else one with what became of it: `placed`, with the purchase and its lines; or a refusal, and nothing has changed:
-- `checked_out`, `no_contact`, `empty_cart`, `unpaid_purchases`, `withdrawn`, `out_of_stock` and `held_by_guests` with the
-- items that are to blame, `price_changed` with the new total. For the owner of the cart: the caller has looked.
--
-- The last three are for guests, NULL for customers: how many purchases of one telephone number may wait to be paid,
-- and what allocate_stock takes.
CREATE FUNCTION check_out(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        held record;
        priced priced_line[];
        products bigint[];
        quantities numeric[];
        totals numeric[];
        rates numeric[];
        picked_products bigint[];
        picked_lots bigint[];
        picked numeric[];
        left_over numeric[];
        kept boolean;
    BEGIN
        SELECT c.status, c.customer_id, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone,
               (SELECT s.currency FROM shop s) AS currency
            INTO held
            FROM cart c LEFT JOIN customer r ON r.id = c.customer_id
            WHERE c.id = of_cart FOR NO KEY UPDATE OF c;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT sum(t.total),
               array_agg(p.id ORDER BY i.added_at, p.id), array_agg(i.quantity ORDER BY i.added_at, p.id),
               array_agg(t.total ORDER BY i.added_at, p.id), array_agg(p.vat_rate ORDER BY i.added_at, p.id),
               -- What VAT is in a line, all lines together tell.
               array_agg((p.id, p.code, p.name, p.unit, i.quantity, p.price, o.discount_rate, o.unit_price,
                          p.vat_rate, t.total, NULL)::priced_line
                         ORDER BY i.added_at, p.id),
               json_agg(json_build_object('product', p.code) ORDER BY p.active, i.added_at, p.id)
                   FILTER (WHERE NOT (p.active AND sold_in(p.unit, i.quantity)))
            INTO total, products, quantities, totals, rates, priced, items
            FROM cart_item i
            JOIN product p ON p.id = i.product_id
            JOIN offer o ON o.product_id = i.product_id
            CROSS JOIN LATERAL (SELECT line_total(i.quantity, o.unit_price) AS total) t
            WHERE i.cart_id = of_cart;
        outcome := CASE
            WHEN held.status <> 'open' THEN 'checked_out'
            -- Whoever calls was set up for another shop. (Not where `migrate` is about to write it down.)
            WHEN in_currency <> held.currency THEN 'wrong_currency'
            -- A guest's cart is called for by somebody that the shop does not know.
            WHEN held.name IS NULL OR held.customer_id IS NULL AND held.phone IS NULL THEN 'no_contact'
            WHEN priced IS NULL THEN 'empty_cart'
            WHEN items IS NOT NULL THEN 'withdrawn'
            WHEN expected <> total THEN 'price_changed'
            ELSE 'placed' END;
        IF outcome <> 'placed' THEN
            RETURN NEXT;
            RETURN;
        END IF;

        IF unpaid_purchases IS NOT NULL THEN
            -- One after the other, as those that come at once would not count each other.
            PERFORM pg_advisory_xact_lock(18, hashtext(phone_digits(held.phone)));
            IF unpaid_purchases <= (
                SELECT count(*) FROM purchase u
                WHERE phone_digits(u.contact_phone) = phone_digits(held.phone) AND u.status = 'placed' AND u.paid = 0
                    AND u.total > 0 AND u.customer_id IS NULL)
            THEN
                outcome := 'unpaid_purchases';
                RETURN NEXT;
                RETURN;
            END IF;
        END IF;

        -- From here on others wait for the products.
        SELECT array_agg(a.product_id), array_agg(a.stock_id), array_agg(a.quantity), array_agg(a.available), bool_or(a.held)
            INTO picked_products, picked_lots, picked, left_over, kept
            FROM allocate_stock(products, quantities, (now() + make_interval(mins => minutes_to_pay))::date,
                                unpaid_share, unpaid_quantity) a;
        IF picked_lots[1] IS NULL THEN
            SELECT json_agg(json_build_object('product', p.code, 'requested', s.quantity::text, 'available', s.available::text)
                            ORDER BY s.place)
                INTO items
                FROM unnest(picked_products, picked, left_over) WITH ORDINALITY AS s (product_id, quantity, available, place)
                JOIN product p ON p.id = s.product_id;
            outcome := CASE WHEN kept THEN 'held_by_guests' ELSE 'out_of_stock' END;
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO purchase AS p (cart_id, customer_id, contact_name, contact_phone, currency, total, vat_total, pricing_rules,
                                   pay_by)
            VALUES (of_cart, held.customer_id, held.name, held.phone, in_currency, total,
                    (SELECT sum(v.vat) FROM vat_by_rate(totals, rates) v), 2,
                    now() + make_interval(mins => minutes_to_pay))
            RETURNING p.* INTO made;
        WITH line AS (
            INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price,
                                       vat_rate, total, vat_amount)
            SELECT made.id, l.product_id, l.code, l.name, l.unit, l.quantity, l.price, l.discount_rate, l.unit_price,
                   l.vat_rate, l.total, v.vat
            FROM unnest(priced) WITH ORDINALITY l JOIN vat_shares(totals, rates) v ON v.place = l.ordinality
            ORDER BY l.ordinality
            RETURNING *
        ), served AS (
            INSERT INTO allocation (purchase_line_id, stock_id, quantity)
            SELECT line.id, a.stock_id, a.quantity
            FROM line JOIN unnest(picked_products, picked_lots, picked) AS a (product_id, stock_id, quantity) USING (product_id)
        )
        SELECT array_agg(line ORDER BY line.id) INTO lines FROM line;
        UPDATE cart SET status = 'checked_out' WHERE id = of_cart;
        RETURN NEXT;
    END
    $$;

-- because it does what the one above does, without bounds, for workers that know of none
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION check_out(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[])
    LANGUAGE sql
    AS $$ SELECT * FROM check_out(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay, NULL, NULL, NULL) $$;
