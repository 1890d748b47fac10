-- depends: 0019-tokens-filled

-- A checkout with less to do for the server. What is new has names of its own, as it answers otherwise; check_out goes on
-- for workers that do not know it, and allocate_stock and vat_shares for its calls that are under way.

-- What is charged at a rate of VAT, and the VAT in it.
CREATE TYPE charged_at_rate AS (rate numeric, gross numeric, net numeric, vat numeric);

-- Each line's part of the VAT of its rate, in proportion to what it costs: whole cents by largest remainder, so that the
-- parts make the sum. Of equal remainders the earlier line's gets the cent. The quotients are of whole numbers, so exact.
-- With one line of each rate comes what vat_by_rate says of the rate.
CREATE FUNCTION vat_of_lines(totals numeric[], rates numeric[])
    RETURNS TABLE (place bigint, vat numeric, of_rate charged_at_rate)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT s.place,
               0.01 * CASE WHEN s.cents_left >= row_number() OVER (PARTITION BY s.rate ORDER BY s.remainder DESC, s.place)
                   THEN s.cents + 1 ELSE s.cents END,
               CASE s.nth WHEN 1 THEN (s.rate, s.gross, s.gross - s.vat, s.vat)::charged_at_rate END
        FROM (
            SELECT *, 100 * q.vat - sum(q.cents) OVER (PARTITION BY q.rate) AS cents_left
            FROM (
                SELECT g.*, v.vat,
                       -- All of it may be free.
                       coalesce(div(100 * v.vat * g.total, nullif(g.gross, 0)), 0) AS cents,
                       coalesce(100 * v.vat * g.total % nullif(g.gross, 0), 0) AS remainder
                FROM (
                    SELECT l.place, l.rate, l.total, sum(l.total) OVER (PARTITION BY l.rate) AS gross,
                           row_number() OVER (PARTITION BY l.rate) AS nth
                    FROM unnest(totals, rates) WITH ORDINALITY AS l (total, rate, place)
                ) g
                CROSS JOIN LATERAL (SELECT vat_amount(g.gross, g.rate) AS vat) v
            ) q
        ) s
    $$;

-- Pieces are sold whole, other units in any part. A product, as a function that is strict is inlined only if its text is.
-- because it says the same
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION sold_in(unit text, quantity numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT quantity % 1 * (unit = 'piece')::integer = 0 $$;

-- The price that a product is listed and charged at today, with what else a basket's line says of the product: a view that
-- joins what its reader has joined already is looked up twice.
-- A session's CURRENT_DATE is the shop's today, because its time zone is the shop's.
-- because it only gains columns at its end
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id,
           p.code, p.name, p.unit, p.price, p.vat_rate, p.active
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);

-- Promises so much of each product, all or nothing, from lots that have not expired, and rather from such as keep until
-- a day. Each product once. `refused` is '', and so much of a product (`amounts`) comes from which lot; or it says why
-- nothing is promised, and what is asked for too much of, how much that is and how much could be had.
--
-- For guests, purchases that guests have not paid may hold together this share of what is not promised to others; who
-- comes first, always this quantity. What is above that is `held_by_guests`. NULL is for everybody else, who may have all.
--
-- A level is the lock of its product, taken in product order, so that two baskets cannot deadlock.
CREATE FUNCTION promise_stock(
        products bigint[], quantities numeric[], keep_until date, unpaid_share numeric, unpaid_quantity numeric,
        OUT refused text, OUT of_products bigint[], OUT lots bigint[], OUT amounts numeric[], OUT available numeric[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        enough bigint[];
        complete boolean;
    BEGIN
        refused := '';
        -- A level that has too little is not even waited for: when something is sold out, the queue for it is over.
        enough := ARRAY(
            SELECT l.product_id FROM stock_level l
            JOIN unnest(products, quantities) AS w (product_id, quantity) USING (product_id)
            WHERE l.on_hand - l.allocated >= w.quantity
            ORDER BY l.product_id FOR NO KEY UPDATE OF l);
        IF cardinality(enough) = cardinality(products) THEN
            IF unpaid_share < 1 THEN
                SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
                       array_agg(greatest(trunc(m.most, CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), 0)::numeric(12,3)
                                 ORDER BY w.place)
                    INTO of_products, amounts, available
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
                    WHERE w.quantity > m.most;
                IF of_products IS NOT NULL THEN
                    refused := 'held_by_guests';
                    RETURN;
                END IF;
            END IF;
            SELECT array_agg(w.product_id), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO of_products, lots, amounts, complete
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
                    FROM unnest(lots, amounts) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN;
            END IF;
        END IF;
        refused := 'out_of_stock';
        lots := NULL;
        SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
               array_agg(coalesce(a.available, 0.000) ORDER BY w.place)
            INTO of_products, amounts, available
            FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity;
    END
    $$;

-- Turns a cart into a purchase: prices frozen, stock promised, all or nothing. Returns no row if there is no such cart,
-- or else one with what became of it: `placed`, with the purchase, its lines and its VAT by rate; or a refusal, and
-- nothing has changed: `checked_out`, `wrong_currency`, `no_contact`, `empty_cart`, `unpaid_purchases`, `withdrawn`,
-- `out_of_stock` and `held_by_guests` with the items that are to blame, `price_changed` with the new total. For the owner
-- of the cart: the caller has looked.
--
-- The last three are for guests, NULL for customers: how many purchases of one telephone number may wait to be paid,
-- and what promise_stock takes.
CREATE FUNCTION place_purchase(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[], vat charged_at_rate[])
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
        vat_total numeric;
        vat_amounts numeric[];
        promised record;
    BEGIN
        SELECT c.status, c.customer_id, c.token_hash, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone,
               (SELECT s.currency FROM shop s) AS currency
            INTO held
            -- LIMIT, as a few customers would rather be read all.
            FROM cart c LEFT JOIN LATERAL (SELECT * FROM customer WHERE id = c.customer_id LIMIT 1) r ON true
            WHERE c.id = of_cart FOR NO KEY UPDATE OF c;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT sum(t.total),
               array_agg(o.product_id ORDER BY i.added_at, o.product_id), array_agg(i.quantity ORDER BY i.added_at, o.product_id),
               array_agg(t.total ORDER BY i.added_at, o.product_id), array_agg(o.vat_rate ORDER BY i.added_at, o.product_id),
               -- What VAT is in a line, all lines together tell.
               array_agg((o.product_id, o.code, o.name, o.unit, i.quantity, o.price, o.discount_rate, o.unit_price,
                          o.vat_rate, t.total, NULL)::priced_line
                         ORDER BY i.added_at, o.product_id),
               json_agg(json_build_object('product', o.code) ORDER BY i.added_at, o.product_id)
                   FILTER (WHERE NOT (o.active AND sold_in(o.unit, i.quantity)))
            INTO total, products, quantities, totals, rates, priced, items
            FROM cart_item i
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

        SELECT sum(v.vat), array_agg(v.vat ORDER BY v.place), array_agg(v.of_rate) FILTER (WHERE v.of_rate IS NOT NULL)
            INTO vat_total, vat_amounts, vat
            FROM vat_of_lines(totals, rates) v;

        -- From here on others wait for the products.
        SELECT * INTO promised
            FROM promise_stock(products, quantities, (now() + make_interval(mins => minutes_to_pay))::date,
                               unpaid_share, unpaid_quantity);
        IF promised.refused <> '' THEN
            SELECT json_agg(json_build_object('product', p.code, 'requested', s.quantity::text, 'available', s.available::text)
                            ORDER BY s.place)
                INTO items
                FROM unnest(promised.of_products, promised.amounts, promised.available)
                    WITH ORDINALITY AS s (product_id, quantity, available, place)
                JOIN product p ON p.id = s.product_id;
            outcome := promised.refused;
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO purchase AS p (cart_id, token_hash, customer_id, contact_name, contact_phone, currency, total, vat_total,
                                   pricing_rules, pay_by)
            VALUES (of_cart, held.token_hash, held.customer_id, held.name, held.phone, in_currency, total,
                    vat_total, 2, now() + make_interval(mins => minutes_to_pay))
            RETURNING p.* INTO made;
        WITH line AS (
            INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price,
                                       vat_rate, total, vat_amount)
            SELECT made.id, l.product_id, l.code, l.name, l.unit, l.quantity, l.price, l.discount_rate, l.unit_price,
                   l.vat_rate, l.total, l.vat
            FROM unnest(priced, vat_amounts) AS l (
                product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total, unknown, vat)
            RETURNING *
        ), served AS (
            INSERT INTO allocation (purchase_line_id, stock_id, quantity)
            SELECT line.id, a.stock_id, a.quantity
            FROM line
            JOIN unnest(promised.of_products, promised.lots, promised.amounts) AS a (product_id, stock_id, quantity)
                USING (product_id)
        )
        SELECT array_agg(line) INTO lines FROM line;
        UPDATE cart SET status = 'checked_out' WHERE id = of_cart;
        RETURN NEXT;
    END
    $$;

-- because it does what place_purchase does, for workers that know nothing of it
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION check_out(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[])
    LANGUAGE sql
    AS $$
        SELECT p.outcome, p.items, p.total, p.made, p.lines
        FROM place_purchase(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay,
                            unpaid_purchases, unpaid_share, unpaid_quantity) p
    $$;
