-- edition 1
-- A document's number as it is printed: web-2026-000123.
CREATE OR REPLACE FUNCTION document_number(series text, year integer, number integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT series || '-' || year || '-' || lpad(number::text, greatest(6, length(number::text)), '0') $$;
