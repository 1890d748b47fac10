-- edition 1
-- Moves what is in a guest's cart, which the token of this hash opens, into the customer's open one, and drops it. Quantities
-- are added, up to `most`; reduced goods and labels that print a price keep lines of their own, up to `most_lines` in all; the
-- coupon comes along where the customer's cart has none. Returns no row if there is no such cart, or else one with what became
-- of it: `claimed`, with the customer's cart, all that is in it now, and what came otherwise than the guest had it; or
-- `checked_out`, and nothing has changed.
--
-- Locked are the customer, the guest's cart, the customer's: who waits for another's cart holds no cart himself.
CREATE OR REPLACE FUNCTION claim_cart(
        of_cart uuid, of_token bytea, of_customer bigint, most numeric, days integer, most_lines integer)
    RETURNS TABLE (outcome text, cart cart, items cart_item[], changes json)
    LANGUAGE plpgsql
    AS $$
    DECLARE
        guests cart;
    BEGIN
        PERFORM FROM customer WHERE id = of_customer FOR NO KEY UPDATE;
        SELECT * INTO guests FROM cart c
            WHERE c.id = of_cart AND c.token_hash = of_token AND (c.status <> 'open' OR c.expires_at > now())
            FOR UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        outcome := CASE guests.status WHEN 'open' THEN 'claimed' ELSE 'checked_out' END;
        IF outcome = 'checked_out' THEN
            RETURN NEXT;
            RETURN;
        END IF;
        SELECT (o.cart).* INTO cart FROM open_cart_of(of_customer, days) o;
        IF cart.coupon_id IS NULL AND guests.coupon_id IS NOT NULL THEN
            UPDATE cart c SET coupon_id = guests.coupon_id, coupon_code = guests.coupon_code
                WHERE c.id = cart.id RETURNING c.* INTO cart;
        END IF;
        WITH judged AS (
            SELECT g.*, p.code, o.id AS into_line,
                   CASE WHEN NOT p.active THEN 'withdrawn'
                       WHEN NOT sold_in(p.unit, g.quantity) THEN 'not_whole'
                       WHEN g.best_before IS NOT NULL AND (reduced_offer(p.id, g.best_before)).available IS NULL THEN 'not_reduced'
                       END AS refused,
                   CASE WHEN g.label_price IS NULL
                       THEN CASE p.unit WHEN 'piece' THEN floor(most) ELSE most END - coalesce(o.quantity, 0)
                       ELSE g.quantity END AS room
            FROM cart_item g
            JOIN product p ON p.id = g.product_id
            LEFT JOIN cart_item o ON o.cart_id = cart.id AND o.product_id = g.product_id
                AND o.best_before IS NOT DISTINCT FROM g.best_before
                AND o.label_price IS NULL AND g.label_price IS NULL
            WHERE g.cart_id = of_cart
        ), placed AS (
            SELECT j.*, count(*) FILTER (WHERE j.into_line IS NULL AND j.refused IS NULL) OVER (ORDER BY j.added_at, j.id)
                        + (SELECT count(*) FROM cart_item h WHERE h.cart_id = cart.id) AS line_count
            FROM judged j
        ), served AS (
            SELECT l.*, CASE WHEN l.refused IS NOT NULL OR l.into_line IS NULL AND l.line_count > most_lines THEN 0.000
                        ELSE greatest(least(l.quantity, l.room), 0.000) END AS got
            FROM placed l
        ), moved AS (
            INSERT INTO cart_item AS i (cart_id, product_id, quantity, label_price, best_before, substitute)
            SELECT cart.id, s.product_id, s.got, s.label_price, s.best_before, s.substitute
            FROM served s WHERE s.got > 0 ORDER BY s.added_at, s.id
            ON CONFLICT (cart_id, product_id, (coalesce(best_before, 'infinity'))) WHERE label_price IS NULL
                DO UPDATE SET quantity = i.quantity + EXCLUDED.quantity
        )
        SELECT coalesce(json_agg(json_build_object(
                   'product', s.code, 'wanted', s.quantity::text, 'got', s.got::numeric(12,3)::text,
                   'why', coalesce(s.refused, CASE WHEN s.got = 0 AND s.into_line IS NULL THEN 'cart_full' ELSE 'too_much' END))
                   ORDER BY s.added_at, s.id) FILTER (WHERE s.got < s.quantity), '[]')
            INTO changes FROM served s;
        DELETE FROM cart c WHERE c.id = of_cart;
        items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = cart.id);
        RETURN NEXT;
    END
    $$;
