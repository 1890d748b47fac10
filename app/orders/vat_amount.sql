-- edition 1
-- The VAT within a gross total: what is left when the rounded net is taken off.
CREATE OR REPLACE FUNCTION vat_amount(total numeric, vat_rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT total - round(total / (1 + vat_rate), 2) $$;
