-- edition 2
-- For workers of the version before. What a rate leaves of a list price: rounded once, half up,
-- and a cent at least of what is not free. No rate leaves NULL.
CREATE OR REPLACE FUNCTION reduced_price(price numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN rate IS NOT NULL THEN greatest(round(price * (1 - rate), 2), least(price, 0.01)) END $$;
