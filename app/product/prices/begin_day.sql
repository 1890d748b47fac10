-- edition 1
-- Lists up to so many products at the prices whose day has come, the latest of each; returns how many, and which day it is.
-- Those that somebody else has in hand are left to him.
CREATE OR REPLACE FUNCTION begin_day(most integer, OUT listed integer, OUT today date)
    LANGUAGE plpgsql
    AS $$
    DECLARE
        one coming_price;
    BEGIN
        listed := 0;
        today := CURRENT_DATE;
        FOR one IN
            SELECT c.* FROM coming_price c WHERE c.starts_on <= today
            ORDER BY c.starts_on, c.product_id LIMIT most FOR UPDATE SKIP LOCKED
        LOOP
            PERFORM set_config('grocery.login', coalesce(one.login_id::text, ''), true);
            UPDATE product SET price = one.price WHERE id = one.product_id AND price <> one.price;
            DELETE FROM coming_price c WHERE (c.product_id, c.starts_on) = (one.product_id, one.starts_on);
            listed := listed + 1;
        END LOOP;
    END
    $$;
