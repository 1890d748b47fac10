-- edition 2
-- Turns a cart into a purchase: prices frozen, stock promised, all or nothing. Returns no row if there is no such cart,
-- or else one with what became of it: `placed`, with the purchase, its lines and its VAT by rate; or a refusal, and
-- nothing has changed: `checked_out`, `wrong_currency`, `no_contact`, `empty_cart`, `unpaid_purchases`, `withdrawn`,
-- `out_of_stock` and `held_by_guests` with the items that are to blame, `coupon_refused` with coupon_effect's word,
-- `age_not_confirmed` with the age,
-- `price_changed` with the new total, and chosen_slot's words. A coupon that others use up meanwhile violates
-- `coupon_used_up`, and so does `coupon_used_by_you` what a guest has redeemed as often as he may; a window whose last place
-- others take violates `slot_full`. For the owner of the cart: the caller has looked.
--
-- `unpaid_…` are for guests, NULL for customers: how many purchases of one telephone number may wait to be paid,
-- and what promise_lines takes. `of_slot` is the start of the window to collect it in, NULL where none was named, and
-- 'infinity' for whoever is asked for none. A customer may pay when he collects it, until the window's end; a guest's time
-- stays as short as it is, as what he says of himself costs nothing.
--
-- A sale at the counter has a cart of its own (place_sale.sql), which goes at once: nobody is asked who he is, and deposits that
-- are given back are lines at a price below 0.
CREATE OR REPLACE FUNCTION place_basket(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric, confirmed_age integer,
        of_slot timestamptz)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[], vat charged_at_rate[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        held record;
        charged ordered_line[];
        products bigint[];
        coupon_refused text := '';
        coupon_typed text;
        coupon_named text;
        reduction numeric;
        shares numeric[];
        repeated boolean;
        days date[];
        welcome boolean[];
        with_reduced boolean;
        with_deposits boolean;
        age integer;
        quantities numeric[];
        totals numeric[];
        rates numeric[];
        vat_total numeric;
        vat_amounts numeric[];
        promised record;
        slot_refused text := '';
        slot_ends timestamptz;
        slot_places integer;
        due timestamptz := now() + make_interval(mins => minutes_to_pay);
        keeps_until date := due;
    BEGIN
        SELECT c.status, c.status = 'sale' AS is_sale, c.deposits_returned, c.customer_id, c.token_hash, c.coupon_id, c.coupon_code, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone,
               (SELECT s.currency FROM shop s) AS currency, (SELECT s.weight_tolerance FROM shop s) AS weight_tolerance
            INTO held
            -- LIMIT, as a few customers would rather be read all.
            FROM cart c LEFT JOIN LATERAL (SELECT * FROM customer WHERE id = c.customer_id LIMIT 1) r ON true
            WHERE c.id = of_cart FOR NO KEY UPDATE OF c;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT sum(t.total),
               array_agg(o.product_id ORDER BY i.added_at, i.id), array_agg(i.quantity ORDER BY i.added_at, i.id),
               array_agg(t.total ORDER BY i.added_at, i.id), array_agg(o.vat_rate ORDER BY i.added_at, i.id),
               array_agg((i.id, o.product_id, o.code, o.name, o.unit, i.quantity, o.price, t.discount_rate, t.unit_price,
                          o.vat_rate, i.label_price, t.discount)::ordered_line ORDER BY i.added_at, i.id),
               -- What nothing reduces at this moment has no such goods, though a rule may come before they are promised.
               array_agg(CASE WHEN r.unit_price IS NULL AND i.best_before IS NOT NULL THEN '-infinity' ELSE i.best_before END
                         ORDER BY i.added_at, i.id),
               array_agg(i.substitute ORDER BY i.added_at, i.id),
               bool_or(i.best_before IS NOT NULL),
               bool_or(i.label_price IS NOT NULL), bool_or(o.deposit_id IS NOT NULL), max(o.min_age),
               json_agg(json_build_object('product', o.code) ORDER BY i.added_at, i.id)
                   FILTER (WHERE NOT (o.active AND sold_in(o.unit, i.quantity)))
            INTO total, products, quantities, totals, rates, charged, days, welcome, with_reduced, repeated, with_deposits, age, items
            FROM cart_item i
            JOIN offer o ON o.product_id = i.product_id
            CROSS JOIN LATERAL reduced_offer(i.product_id, i.best_before) r
            CROSS JOIN LATERAL line_charge(
                o.discount_set, o.unit, o.price, o.unit_price, o.discount_rate, o.discount_terms,
                r.unit_price, r.rate,
                i.quantity, i.label_price) t
            WHERE i.cart_id = of_cart;
        -- No deposit is reduced, nor does it count to a minimum.
        IF held.coupon_id IS NOT NULL AND (total > 0 OR held.is_sale) THEN
            SELECT e.refused, e.reduction, e.shares, coalesce(held.coupon_code, upper(c.code)), c.name
                INTO coupon_refused, reduction, shares, coupon_typed, coupon_named
                FROM coupon_effect(held.coupon_id, held.coupon_code, held.customer_id, products, totals) e
                CROSS JOIN coupon c WHERE c.id = held.coupon_id;
            IF coupon_refused = '' THEN
                total := total - reduction;
                totals := ARRAY(
                    SELECT t.total - t.share FROM unnest(totals, shares) WITH ORDINALITY AS t (total, share, place)
                    ORDER BY t.place);
            END IF;
        END IF;
        -- Deposits are lines behind the goods. Most baskets have none.
        IF with_deposits THEN
            SELECT place_basket.total + coalesce(sum(t.total), 0), totals || array_agg(t.total ORDER BY l.place),
                   rates || array_agg(o.deposit_vat_rate ORDER BY l.place),
                   charged || array_agg((l.item_id, NULL, o.deposit_code, o.deposit_name, 'piece', l.quantity, o.deposit_amount,
                                         0, o.deposit_amount, o.deposit_vat_rate, NULL, NULL)::ordered_line
                                        ORDER BY l.place)
                INTO total, totals, rates, charged
                FROM unnest(charged) WITH ORDINALITY AS l (
                    item_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, label_price,
                    discount, place)
                JOIN offer o ON o.product_id = l.product_id
                CROSS JOIN LATERAL (SELECT round(l.quantity * o.deposit_amount, 2) AS total) t
                WHERE o.deposit_amount IS NOT NULL;
        END IF;
        IF held.deposits_returned IS NOT NULL THEN
            SELECT coalesce(place_basket.total, 0) + sum(t.total), totals || array_agg(t.total ORDER BY g.place),
                   rates || array_agg(d.vat_rate ORDER BY g.place),
                   charged || array_agg((NULL, NULL, d.code, d.name, 'piece', g.quantity, -d.amount, 0, -d.amount, d.vat_rate,
                                         NULL, NULL)::ordered_line ORDER BY g.place)
                INTO total, totals, rates, charged
                FROM ROWS FROM (jsonb_to_recordset(held.deposits_returned) AS (deposit bigint, quantity numeric))
                    WITH ORDINALITY AS g (deposit, quantity, place)
                JOIN deposit d ON d.id = g.deposit
                CROSS JOIN LATERAL (SELECT round(g.quantity * -d.amount, 2) AS total) t;
        END IF;
        -- Most shops have no windows.
        IF of_slot = 'infinity' THEN
            of_slot := NULL;
        ELSIF of_slot IS NOT NULL OR EXISTS (
            SELECT FROM slot_hours h WHERE coalesce(h.day, h.ends_on, 'infinity') >= CURRENT_DATE)
        THEN
            SELECT s.refused, s.ends_at, s.capacity INTO slot_refused, slot_ends, slot_places FROM chosen_slot(of_slot) s;
            due := CASE WHEN held.customer_id IS NULL THEN least(due, slot_ends) ELSE slot_ends END;
            keeps_until := of_slot;
        END IF;
        outcome := CASE
            WHEN held.status NOT IN ('open', 'sale') THEN 'checked_out'
            -- Whoever calls was set up for another shop. (Not where `migrate` is about to write it down.)
            WHEN in_currency <> held.currency THEN 'wrong_currency'
            -- A guest's cart is called for by somebody that the shop does not know.
            WHEN NOT held.is_sale AND (held.name IS NULL OR held.customer_id IS NULL AND held.phone IS NULL) THEN 'no_contact'
            WHEN charged IS NULL THEN 'empty_cart'
            WHEN items IS NOT NULL THEN 'withdrawn'
            WHEN age > coalesce(confirmed_age, 0) THEN 'age_not_confirmed'
            WHEN coupon_refused <> '' THEN 'coupon_refused'
            WHEN expected <> total THEN 'price_changed'
            WHEN slot_refused <> '' THEN slot_refused
            ELSE 'placed' END;
        IF outcome <> 'placed' THEN
            items := CASE outcome
                WHEN 'coupon_refused' THEN to_json(coupon_refused)
                WHEN 'age_not_confirmed' THEN to_json(age)
                ELSE items END;
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
        IF held.is_sale THEN
            -- It lies on the counter. Of bottles alone nothing is promised.
            SELECT '' AS refused, p.* INTO promised FROM promise_held(products, quantities, days) p;
        ELSIF with_reduced THEN
            SELECT * INTO promised
                FROM promise_offers(products, quantities, days, keeps_until, unpaid_share, unpaid_quantity);
        ELSE
            SELECT * INTO promised
                FROM promise_lines(products, quantities, repeated, keeps_until, unpaid_share, unpaid_quantity);
        END IF;
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
        IF slot_ends IS NOT NULL THEN
            -- Whoever wants a place of the same window waits here until it is clear whether this one was taken.
            INSERT INTO slot AS s (starts_at, ends_at, capacity, taken) VALUES (of_slot, slot_ends, slot_places, 1)
                ON CONFLICT (starts_at) DO UPDATE
                SET taken = s.taken + 1, capacity = EXCLUDED.capacity, ends_at = EXCLUDED.ends_at;
        END IF;
        INSERT INTO purchase AS p (cart_id, token_hash, customer_id, contact_name, contact_phone, currency, total, vat_total,
                                   coupon_id, coupon_amount, coupon_code, coupon_name, min_age, pricing_rules,
                                   pay_by, slot_start, slot_end, weight_tolerance)
            VALUES (CASE WHEN NOT held.is_sale THEN of_cart END, held.token_hash, held.customer_id, held.name, held.phone, in_currency, total,
                    vat_total, held.coupon_id, reduction, coupon_typed, coupon_named, age, 2,
                    due, of_slot, slot_ends, coalesce(held.weight_tolerance, 0))
            RETURNING p.* INTO made;
        IF made.coupon_id IS NOT NULL THEN
            PERFORM redeem_coupon(made, held.coupon_code);
        END IF;
        WITH numbered AS MATERIALIZED (
            SELECT nextval('purchase_line_id_seq') AS id, l.*
            FROM unnest(charged, totals, vat_amounts, shares, days, welcome) WITH ORDINALITY AS l (
                item_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, label_price,
                discount, total, vat, share, best_before, substitute, place)
        ), line AS (
            INSERT INTO purchase_line (id, purchase_id, deposit_of, product_id, code, name, unit, quantity, price,
                                       discount_rate, unit_price, vat_rate, label_price, discount, total, vat_amount,
                                       coupon_amount, best_before, substitute)
            OVERRIDING SYSTEM VALUE
            SELECT n.id, made.id,
                   CASE WHEN n.product_id IS NULL THEN (
                       SELECT g.id FROM numbered g WHERE g.item_id = n.item_id AND g.product_id IS NOT NULL) END,
                   n.product_id, n.code, n.name, n.unit, n.quantity, n.price, n.discount_rate, n.unit_price, n.vat_rate,
                   n.label_price, n.discount, n.total, n.vat, n.share, n.best_before,
                   coalesce(n.substitute, false)
            FROM numbered n
            RETURNING *
        ), served AS (
            INSERT INTO allocation (purchase_line_id, stock_id, quantity)
            SELECT n.id, a.stock_id, a.quantity
            FROM numbered n
            JOIN unnest(promised.places, promised.lots, promised.amounts) AS a (place, stock_id, quantity) USING (place)
        )
        SELECT array_agg(line) INTO lines FROM line;
        IF held.is_sale THEN
            DELETE FROM cart WHERE id = of_cart;
        ELSE
            UPDATE cart SET status = 'checked_out' WHERE id = of_cart;
        END IF;
        RETURN NEXT;
    END
    $$;
