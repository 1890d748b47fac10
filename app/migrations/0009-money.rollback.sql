ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_charged_check;
CREATE OR REPLACE FUNCTION check_out(
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
CREATE OR REPLACE VIEW offer AS
    SELECT p.id AS product_id,
           (CASE WHEN d.id IS NULL THEN p.price ELSE round(p.price * (1 - d.rate), 2) END)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
CREATE OR REPLACE FUNCTION list_price_from(reduced numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ceil(100 * (reduced - 0.005) / (1 - rate)) / 100 $$;
CREATE OR REPLACE FUNCTION reduced_price(price numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT round(price * (1 - rate), 2) $$;
CREATE OR REPLACE FUNCTION line_total(quantity numeric, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT round(quantity * unit_price, 2) $$;
DROP FUNCTION vat_shares(numeric[], numeric[]);
DROP FUNCTION vat_by_rate(numeric[], numeric[]);
ALTER TABLE purchase DROP COLUMN pricing_rules;
DROP TABLE shop;
