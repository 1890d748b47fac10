-- edition 1
-- Returns the open cart of a customer's, kept for so many `days` more, with what is in it, and whether it was made for that:
-- there was none. Of several, as workers of the version before make, it is one that something is in, and of these the one used last. No row if
-- there is no such customer. The customer's row is the lock: of two who ask at once, one makes it and the other finds it. A
-- unique index would say so too, but have workers of the version before, who insert without looking, fail.
CREATE OR REPLACE FUNCTION open_cart_of(of_customer bigint, days integer)
    RETURNS TABLE (cart cart, items cart_item[], made boolean)
    LANGUAGE plpgsql
    AS $$
    DECLARE
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        PERFORM FROM customer WHERE id = of_customer FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        -- One that is checked out at this moment is waited for, and then is none.
        UPDATE cart c SET expires_at = greatest(c.expires_at, keep_until)
            WHERE c.status = 'open' AND c.id = (
                SELECT o.id FROM cart o
                WHERE o.customer_id = of_customer AND o.status = 'open' AND o.expires_at > now()
                ORDER BY (SELECT true FROM cart_item i WHERE i.cart_id = o.id LIMIT 1) NULLS LAST, o.expires_at DESC, o.id
                LIMIT 1)
            RETURNING c.* INTO cart;
        made := NOT FOUND;
        IF made THEN
            INSERT INTO cart AS c (customer_id, expires_at) VALUES (of_customer, keep_until) RETURNING c.* INTO cart;
        END IF;
        items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = cart.id);
        RETURN NEXT;
    END
    $$;
