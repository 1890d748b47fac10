-- edition 1
-- Pieces are sold whole, other units in any part. A product, as a function that is strict is inlined only if its text is.
CREATE OR REPLACE FUNCTION sold_in(unit text, quantity numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT quantity % 1 * (unit = 'piece')::integer = 0 $$;
