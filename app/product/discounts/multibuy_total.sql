-- edition 1
-- What so many pieces cost where each `buy` of them cost as much as `pay`, or `price`: the rest cost what each is listed at.
CREATE OR REPLACE FUNCTION multibuy_total(list_price numeric, pieces numeric, buy integer, pay integer, price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT round(div(pieces, buy) * coalesce(price, pay * list_price) + mod(pieces, buy) * list_price, 2) $$;
