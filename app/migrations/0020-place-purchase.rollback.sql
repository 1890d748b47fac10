CREATE OR REPLACE FUNCTION check_out(
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
        SELECT c.status, c.customer_id, c.token_hash, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone,
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
        INSERT INTO purchase AS p (cart_id, token_hash, customer_id, contact_name, contact_phone, currency, total, vat_total,
                                   pricing_rules, pay_by)
            VALUES (of_cart, held.token_hash, held.customer_id, held.name, held.phone, in_currency, total,
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

DROP FUNCTION place_purchase(uuid, text, text, numeric, text, integer, integer, numeric, numeric);
DROP FUNCTION promise_stock(bigint[], numeric[], date, numeric, numeric);
DROP FUNCTION vat_of_lines(numeric[], numeric[]);
DROP TYPE charged_at_rate;

CREATE OR REPLACE FUNCTION sold_in(unit text, quantity numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT unit <> 'piece' OR quantity % 1 = 0 $$;

-- What is made anew is its owner's alone: who was let read it, still is.
CREATE TEMPORARY TABLE offer_grant ON COMMIT DROP AS
    SELECT format('GRANT %s ON offer TO %I', g.privilege_type, pg_get_userbyid(g.grantee)) AS statement
    FROM pg_class c, aclexplode(c.relacl) g
    WHERE c.oid = 'offer'::regclass AND g.grantee <> 0;
DROP VIEW offer;
CREATE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
DO $$
    DECLARE
        statement text;
    BEGIN
        FOR statement IN SELECT g.statement FROM offer_grant g LOOP
            EXECUTE statement;
        END LOOP;
    END
    $$;
