-- edition 1
-- Sets how much of a product is in a cart. Returns no row if there is no such cart, or else one with what became of it:
-- `put`, with the cart and all that is in it now; or `checked_out`, `no_product`, `withdrawn`, `not_whole` or `full`,
-- and nothing has changed. For the owner of the cart: the caller has looked.
CREATE OR REPLACE FUNCTION put_cart_item(of_cart uuid, of_code text, wanted numeric, days integer, most_lines integer)
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
