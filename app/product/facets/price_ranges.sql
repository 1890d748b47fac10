-- edition 1
-- Where ranges of prices begin, behind the one that begins at nothing: they fit any currency, and are few in any shop.
CREATE OR REPLACE FUNCTION price_ranges() RETURNS numeric[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT '{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000}'::numeric[]
    $$;
