-- edition 1
-- What a rate or an amount leaves of a list price, and of both the one that takes off more: rounded once, half up, and a cent
-- at least of what is not free. Neither leaves NULL.
CREATE OR REPLACE FUNCTION price_off(price numeric, rate numeric, amount numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN num_nonnulls(rate, amount) > 0
            THEN greatest(least(round(price * (1 - rate), 2), price - amount), least(price, 0.01)) END
    $$;
