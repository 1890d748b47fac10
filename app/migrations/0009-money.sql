-- depends: 0008-one-trip

-- Which shop this is of, in one row that `migrate` writes: no amount says its currency, and no date its time zone.
CREATE TABLE shop (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT shop_one_check CHECK (one),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    time_zone text NOT NULL CHECK (time_zone <> '')
);

-- By which rules a purchase's sums were made, so that `verify` asks of each what was so when it was placed. 1: what comes
-- to less than half a cent is 0.00, and VAT is worked out for each line alone. 2: it is 0.01, and VAT is worked out for
-- all that is charged at a rate.
ALTER TABLE purchase ADD COLUMN pricing_rules integer NOT NULL DEFAULT 1;

-- The functions below take and return what they did, so old workers go on; none of them is under an index, a generated
-- column or a CHECK, which would hold results of the old text.

-- One rounding rule: half up to the cent, once for each line, and what is not free costs a cent at least. Totals are sums of
-- rounded lines. Of a quantity above 0.
-- because only amounts below half a cent change, which is what has to
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION line_total(quantity numeric, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT greatest(round(quantity * unit_price, 2), least(unit_price, 0.01)) $$;

-- What a rate leaves of a list price: rounded once, half up, and a cent at least of what is not free. No rate leaves NULL.
-- because only prices below half a cent change, which is what has to
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION reduced_price(price numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN rate IS NOT NULL THEN greatest(round(price * (1 - rate), 2), least(price, 0.01)) END $$;

-- The lowest list price, in whole cents, of which a rate leaves that much at least. A rate keeps prices in their order,
-- so that an index on list prices finds reduced ones.
-- because it is the inverse of reduced_price and changes with it
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION list_price_from(reduced numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN reduced <= 0.01 THEN reduced
            ELSE ceil(100 * (reduced - 0.005) / (1 - rate)) / 100 END
    $$;

-- What is charged at each rate of VAT, which prices include, and the VAT in it: rounded once for each rate. Sorted first, a
-- basket's few lines are grouped without a hash; OFFSET 0 has the VAT worked out once, and not wherever it is named.
CREATE FUNCTION vat_by_rate(totals numeric[], rates numeric[])
    RETURNS TABLE (rate numeric, gross numeric, net numeric, vat numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT v.rate, v.gross, v.gross - v.vat, v.vat
        FROM (
            SELECT g.rate, g.gross, vat_amount(g.gross, g.rate) AS vat
            FROM (
                SELECT l.rate, sum(l.total) AS gross
                FROM (SELECT * FROM unnest(totals, rates) AS l (total, rate) ORDER BY l.rate) l
                GROUP BY l.rate
            ) g
            OFFSET 0
        ) v
    $$;

-- Each line's part of the VAT of its rate, in proportion to what it costs: whole cents by largest remainder, so that the
-- parts make the sum. Of equal remainders the earlier line's gets the cent. The quotients are of whole numbers, so exact.
CREATE FUNCTION vat_shares(totals numeric[], rates numeric[]) RETURNS TABLE (place bigint, vat numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT s.place,
               0.01 * CASE WHEN s.cents_left >= row_number() OVER (PARTITION BY s.rate ORDER BY s.remainder DESC, s.place)
                   THEN s.cents + 1 ELSE s.cents END
        FROM (
            SELECT q.place, q.rate, q.cents, q.remainder,
                   100 * q.vat - sum(q.cents) OVER (PARTITION BY q.rate) AS cents_left
            FROM (
                SELECT g.place, g.rate, v.vat,
                       -- All of it may be free.
                       coalesce(div(100 * v.vat * g.total, nullif(g.gross, 0)), 0) AS cents,
                       coalesce(100 * v.vat * g.total % nullif(g.gross, 0), 0) AS remainder
                FROM (
                    SELECT l.place, l.rate, l.total, sum(l.total) OVER (PARTITION BY l.rate) AS gross
                    FROM unnest(totals, rates) WITH ORDINALITY AS l (total, rate, place)
                ) g
                CROSS JOIN LATERAL (SELECT vat_amount(g.gross, g.rate) AS vat) v
            ) q
        ) s
    $$;

-- The price that a product is listed and charged at today.
-- A session's CURRENT_DATE is the shop's today, because its time zone is the shop's.
-- because it has the same columns, and says of prices what reduced_price says
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);

-- Turns a cart into a purchase: prices frozen, stock promised, all or nothing. Returns no row if there is no such cart,
-- or else one with what became of it: `placed`, with the purchase and its lines; or a refusal, and nothing has changed:
-- `checked_out`, `wrong_currency`, `no_contact`, `empty_cart`, `withdrawn` and `out_of_stock` with the items that are to blame,
-- `price_changed` with the new total. For the owner of the cart: the caller has looked.
-- because it is called with the same and answers the same, and one word more to whoever has the settings of another shop
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION check_out(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer)
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

-- Not for what was sold before: nothing is charged at nothing but what is free.
ALTER TABLE purchase_line ADD CONSTRAINT purchase_line_charged_check
    CHECK ((unit_price > 0 OR price = 0) AND (total > 0 OR unit_price = 0)) NOT VALID;
