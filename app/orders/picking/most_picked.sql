-- edition 1
-- So much of a line of goods may come where so much was ordered: what is weighed, unless a label printed its price, may come
-- to a part (`tolerance`) more. Of all else it is what was ordered.
CREATE OR REPLACE FUNCTION most_picked(unit text, ordered numeric, label_price numeric, tolerance numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN unit = 'piece' OR label_price IS NOT NULL THEN ordered ELSE trunc(ordered * (1 + tolerance), 3) END
    $$;
