-- edition 5
-- For workers of the version before, who know no windows: nobody is asked for one.
CREATE OR REPLACE FUNCTION place_order(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric, confirmed_age integer)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[], vat charged_at_rate[])
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RETURN QUERY SELECT * FROM place_basket(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay,
                                                unpaid_purchases, unpaid_share, unpaid_quantity, confirmed_age, 'infinity');
    END
    $$;
