-- edition 1
-- How much more a line of goods may cost if as much of it comes as may (most_picked): nothing, but of what is weighed.
CREATE OR REPLACE FUNCTION weight_allowance(
        unit text, ordered numeric, unit_price numeric, label_price numeric, tolerance numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT line_total(most_picked(unit, ordered, label_price, tolerance), unit_price) - line_total(ordered, unit_price)
    $$;
