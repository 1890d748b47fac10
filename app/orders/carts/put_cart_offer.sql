-- edition 2
-- For workers of the version before, who know no substitutes.
CREATE OR REPLACE FUNCTION put_cart_offer(
        of_cart uuid, of_code text, with_day date, wanted numeric, label numeric, adding boolean, most numeric, days integer,
        most_lines integer)
    RETURNS TABLE (outcome text, line bigint, cart cart, items cart_item[])
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RETURN QUERY SELECT * FROM put_in_cart(
            of_cart, of_code, with_day, wanted, label, NULL, adding, most, days, most_lines);
    END
    $$;
