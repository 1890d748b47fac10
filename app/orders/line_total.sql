-- edition 1
-- One rounding rule: half up to the cent, once for each line, and what is not free costs a cent at least. Totals are sums of
-- rounded lines. Of a quantity above 0.
CREATE OR REPLACE FUNCTION line_total(quantity numeric, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT greatest(round(quantity * unit_price, 2), least(unit_price, 0.01)) $$;
