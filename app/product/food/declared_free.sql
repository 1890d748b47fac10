-- edition 1
-- Whether a product is declared to be free of all these allergens: what nobody said is no word for it.
CREATE OR REPLACE FUNCTION declared_free(allergens jsonb, wanted text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT bool_and(allergens ->> w IS NOT DISTINCT FROM 'free') FROM unnest(wanted) w $$;
