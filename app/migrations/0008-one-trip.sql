-- depends: 0007-catalogue-indexes

-- What shoppers do most, each in one trip to the server. Every statement in a PL/pgSQL function sees what was committed
-- before it began; so a function can wait for a lock and then read what is true behind it, and nobody waits for a client
-- that holds the lock. The messages of what is refused are the app's: here it is a word.

-- Pieces are sold whole, other units in any part.
CREATE FUNCTION sold_in(unit text, quantity numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT unit <> 'piece' OR quantity % 1 = 0 $$;

-- One rounding rule: half up to the cent, once for each line. Totals are sums of rounded lines.
CREATE FUNCTION line_total(quantity numeric, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT round(quantity * unit_price, 2) $$;

-- The VAT within a gross total: what is left when the rounded net is taken off.
CREATE FUNCTION vat_amount(total numeric, vat_rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT total - round(total / (1 + vat_rate), 2) $$;

-- Sets how much of a product is in a cart. Returns no row if there is no such cart, or else one with what became of it:
-- `put`, with the cart and all that is in it now; or `checked_out`, `no_product`, `withdrawn`, `not_whole` or `full`,
-- and nothing has changed. For the owner of the cart: the caller has looked.
CREATE FUNCTION put_cart_item(of_cart uuid, of_code text, wanted numeric, days integer, most_lines integer)
    RETURNS TABLE (outcome text, cart cart, items cart_item[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        found_id bigint;
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        -- Nothing is put into a cart while it is checked out.
        SELECT * INTO cart FROM cart c WHERE c.id = of_cart FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT p.id, CASE
            WHEN NOT p.active THEN 'withdrawn'
            WHEN NOT sold_in(p.unit, wanted) THEN 'not_whole'
            ELSE 'put' END
        INTO found_id, outcome FROM product p WHERE p.code = of_code;
        IF cart.status <> 'open' THEN
            outcome := 'checked_out';
        ELSIF found_id IS NULL THEN
            outcome := 'no_product';
        ELSIF outcome = 'put' THEN
            INSERT INTO cart_item AS i (cart_id, product_id, quantity)
                SELECT of_cart, found_id, wanted
                WHERE most_lines > (SELECT count(*) FROM cart_item o WHERE o.cart_id = of_cart AND o.product_id <> found_id)
                ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity;
            IF NOT FOUND THEN
                outcome := 'full';
            -- Use keeps a cart. Not to the second: a time that is indexed costs most of what the change does.
            ELSIF cart.expires_at < keep_until - interval '1 hour' THEN
                UPDATE cart c SET expires_at = keep_until WHERE c.id = of_cart RETURNING c.* INTO cart;
            END IF;
            items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = of_cart);
        END IF;
        RETURN NEXT;
    END
    $$;

-- First expired, first out: what to take of which of one product's lots, each with so much free and an expiry or none.
-- What never expires goes last, of two that expire together the older one goes first. Less than was wanted comes back
-- where all of them together hold less.
CREATE FUNCTION fefo(lots bigint[], free numeric[], expiries date[], wanted numeric)
    RETURNS TABLE (stock_id bigint, quantity numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT q.lot, least(q.free, wanted - q.before)
        FROM (
            SELECT f.lot, f.free,
                   coalesce(sum(f.free) OVER (
                       ORDER BY f.expires_on NULLS LAST, f.lot ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM unnest(lots, free, expiries) AS f (lot, free, expires_on)
        ) q
        WHERE q.free > 0 AND q.before < wanted
    $$;

-- Promises so much of each product, all or nothing, from lots that have not expired. Returns what comes from which lot;
-- or, where the lot is NULL, what there is too little of and how much of it could be had. Each product once.
--
-- A level is the lock of its product, taken in product order, so that two baskets cannot deadlock.
CREATE FUNCTION allocate_stock(products bigint[], quantities numeric[])
    RETURNS TABLE (product_id bigint, stock_id bigint, quantity numeric, available numeric)
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
            SELECT array_agg(w.product_id), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO picked_products, picked_lots, picked, complete
                FROM unnest(products, quantities) AS w (product_id, quantity)
                CROSS JOIN LATERAL (
                    SELECT array_agg(s.id) AS lots, array_agg(s.on_hand - s.allocated) AS free,
                           array_agg(s.expires_on) AS expiries
                    FROM stock s
                    WHERE s.product_id = w.product_id AND s.on_hand > 0 AND s.on_hand > s.allocated
                        AND (s.expires_on IS NULL OR s.expires_on >= CURRENT_DATE)
                ) s
                CROSS JOIN LATERAL fefo(s.lots, s.free, s.expiries, w.quantity) f;
            IF complete THEN
                UPDATE stock_level l SET allocated = l.allocated + w.quantity
                    FROM unnest(products, quantities) AS w (product_id, quantity)
                    WHERE l.product_id = w.product_id;
                UPDATE stock s SET allocated = s.allocated + p.quantity
                    FROM unnest(picked_lots, picked) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN QUERY SELECT *, NULL::numeric FROM unnest(picked_products, picked_lots, picked);
                RETURN;
            END IF;
        END IF;
        RETURN QUERY
            SELECT w.product_id, NULL::bigint, w.quantity, coalesce(a.available, 0.000)
            FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity
            ORDER BY w.place;
    END
    $$;

-- A line as it will be charged. Not the table's own type: a column that comes later must not disturb who fills this one.
CREATE TYPE priced_line AS (
    product_id bigint, code text, name text, unit text, quantity numeric, price numeric, discount_rate numeric,
    unit_price numeric, vat_rate numeric, total numeric, vat_amount numeric
);

-- Turns a cart into a purchase: prices frozen, stock promised, all or nothing. Returns no row if there is no such cart,
-- or else one with what became of it: `placed`, with the purchase and its lines; or a refusal, and nothing has changed:
-- `checked_out`, `no_contact`, `empty_cart`, `withdrawn` and `out_of_stock` with the items that are to blame,
-- `price_changed` with the new total. For the owner of the cart: the caller has looked.
CREATE FUNCTION check_out(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        held record;
        vat numeric;
        priced priced_line[];
        products bigint[];
        quantities numeric[];
        picked_products bigint[];
        picked_lots bigint[];
        picked numeric[];
        left_over numeric[];
    BEGIN
        SELECT c.status, c.customer_id, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone INTO held
            FROM cart c LEFT JOIN customer r ON r.id = c.customer_id
            WHERE c.id = of_cart FOR NO KEY UPDATE OF c;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT sum(t.total), sum(vat_amount(t.total, p.vat_rate)),
               array_agg(p.id ORDER BY i.added_at, p.id), array_agg(i.quantity ORDER BY i.added_at, p.id),
               array_agg((p.id, p.code, p.name, p.unit, i.quantity, p.price, o.discount_rate, o.unit_price,
                          p.vat_rate, t.total, vat_amount(t.total, p.vat_rate))::priced_line
                         ORDER BY i.added_at, p.id),
               json_agg(json_build_object('product', p.code) ORDER BY p.active, i.added_at, p.id)
                   FILTER (WHERE NOT (p.active AND sold_in(p.unit, i.quantity)))
            INTO total, vat, products, quantities, priced, items
            FROM cart_item i
            JOIN product p ON p.id = i.product_id
            JOIN offer o ON o.product_id = i.product_id
            CROSS JOIN LATERAL (SELECT line_total(i.quantity, o.unit_price) AS total) t
            WHERE i.cart_id = of_cart;
        outcome := CASE
            WHEN held.status <> 'open' THEN 'checked_out'
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

        -- From here on others wait for the products.
        SELECT array_agg(a.product_id), array_agg(a.stock_id), array_agg(a.quantity), array_agg(a.available)
            INTO picked_products, picked_lots, picked, left_over
            FROM allocate_stock(products, quantities) a;
        IF picked_lots[1] IS NULL THEN
            SELECT json_agg(json_build_object('product', p.code, 'requested', s.quantity::text, 'available', s.available::text)
                            ORDER BY s.place)
                INTO items
                FROM unnest(picked_products, picked, left_over) WITH ORDINALITY AS s (product_id, quantity, available, place)
                JOIN product p ON p.id = s.product_id;
            outcome := 'out_of_stock';
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO purchase AS p (cart_id, customer_id, contact_name, contact_phone, currency, total, vat_total, pay_by)
            VALUES (of_cart, held.customer_id, held.name, held.phone, in_currency, total, vat,
                    now() + make_interval(mins => minutes_to_pay))
            RETURNING p.* INTO made;
        WITH line AS (
            INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price,
                                       vat_rate, total, vat_amount)
            SELECT made.id, l.product_id, l.code, l.name, l.unit, l.quantity, l.price, l.discount_rate, l.unit_price,
                   l.vat_rate, l.total, l.vat_amount
            FROM unnest(priced) l
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

-- Claims the right to do what a request asks for, until the transaction ends, and returns the first answer to it if there
-- is one. `claimed` is false while another transaction holds the claim.
CREATE FUNCTION claim_idempotency_key(claim bigint, of_principal text, of_route text, of_key text)
    RETURNS TABLE (claimed boolean, request_hash bytea, status smallint, body text, headers text)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    BEGIN
        -- Transaction-level, so that it ends with the work. A duplicate INSERT would wait for the first request instead
        -- of saying that it is still running.
        claimed := pg_try_advisory_xact_lock(claim);
        IF claimed THEN
            SELECT k.request_hash, k.status, k.body, k.headers::text INTO request_hash, status, body, headers
                FROM idempotency_key k WHERE k.principal = of_principal AND k.route = of_route AND k.key = of_key;
        END IF;
        RETURN NEXT;
    END
    $$;

-- Every sale writes its lots: with room beside them no index has to be told. For pages to come.
ALTER TABLE stock SET (fillfactor = 70);
