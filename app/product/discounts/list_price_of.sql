-- edition 1
-- The lowest list price, in whole cents, of which a rate or an amount, and of both the one that takes off more, leaves that
-- much at least. Neither changes the order of prices, so that an index on list prices finds reduced ones.
CREATE OR REPLACE FUNCTION list_price_of(reduced numeric, rate numeric, amount numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN reduced <= 0.01 THEN reduced
            ELSE greatest(reduced, ceil(100 * (reduced - 0.005) / (1 - rate)) / 100, reduced + amount) END
    $$;
