-- edition 2
-- For workers of the version before. The lowest list price, in whole cents, of which a rate leaves that much at least.
-- A rate keeps prices in their order, so that an index on list prices finds reduced ones.
CREATE OR REPLACE FUNCTION list_price_from(reduced numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN reduced <= 0.01 THEN reduced
            ELSE ceil(100 * (reduced - 0.005) / (1 - rate)) / 100 END
    $$;
