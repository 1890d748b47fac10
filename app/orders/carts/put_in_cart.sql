-- edition 1
-- Sets how much of a product is in a cart, or adds to what is there; reduced goods of it, by the day that is on them, are a
-- line of their own, and so is a label that prints a price, each time. Whether a substitute is `welcome` stays as it is where
-- NULL, which is not for a new line. Returns no row if there is no such cart, or else one with what became of it: `put`, with the line, the cart and all
-- that is in it now; or `checked_out`, `no_product`, `not_reduced`, `withdrawn`, `not_whole`, `too_much` or `full`, and nothing has changed.
-- For who may change the cart: the caller has looked.
CREATE OR REPLACE FUNCTION put_in_cart(
        of_cart uuid, of_code text, with_day date, wanted numeric, label numeric, welcome boolean, adding boolean, most numeric,
        days integer, most_lines integer)
    RETURNS TABLE (outcome text, line bigint, cart cart, items cart_item[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        found_id bigint;
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        -- Nothing is put into a cart while it is checked out, and who has the cart has its lines.
        SELECT * INTO cart FROM cart c WHERE c.id = of_cart FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT p.id, CASE
            WHEN NOT p.active THEN 'withdrawn'
            WHEN NOT sold_in(p.unit, wanted) THEN 'not_whole'
            WHEN wanted > most THEN 'too_much'
            WHEN with_day IS NOT NULL AND (reduced_offer(p.id, with_day)).available IS NULL THEN 'not_reduced'
            ELSE 'put' END
        INTO found_id, outcome FROM product p WHERE p.code = of_code;
        IF cart.status <> 'open' THEN
            outcome := 'checked_out';
        ELSIF found_id IS NULL THEN
            outcome := 'no_product';
        ELSIF outcome = 'put' THEN
            INSERT INTO cart_item AS i (cart_id, product_id, quantity, label_price, best_before, substitute)
                SELECT of_cart, found_id, wanted, label, with_day, coalesce(welcome, false)
                WHERE most_lines > (
                    SELECT count(*) FROM cart_item o
                    WHERE o.cart_id = of_cart
                        AND (o.product_id <> found_id OR coalesce(o.label_price, label) IS NOT NULL
                             OR o.best_before IS DISTINCT FROM with_day))
                ON CONFLICT (cart_id, product_id, (coalesce(best_before, 'infinity'))) WHERE label_price IS NULL
                    DO UPDATE SET quantity = CASE WHEN adding THEN i.quantity ELSE 0 END + EXCLUDED.quantity,
                        substitute = coalesce(welcome, i.substitute)
                    WHERE NOT adding OR i.quantity + EXCLUDED.quantity <= most
                RETURNING i.id INTO line;
            IF line IS NULL THEN
                outcome := CASE WHEN label IS NULL AND EXISTS (
                        SELECT FROM cart_item i
                        WHERE i.cart_id = of_cart AND i.product_id = found_id AND i.label_price IS NULL
                            AND i.best_before IS NOT DISTINCT FROM with_day)
                    THEN 'too_much' ELSE 'full' END;
            -- Use keeps a cart. Not to the second: a time that is indexed costs most of what the change does.
            ELSIF cart.expires_at < keep_until - interval '1 hour' THEN
                UPDATE cart c SET expires_at = keep_until WHERE c.id = of_cart RETURNING c.* INTO cart;
            END IF;
            items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = of_cart);
        END IF;
        RETURN NEXT;
    END
    $$;
