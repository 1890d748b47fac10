-- edition 2
-- For workers of the version before, who ask nobody's age.
CREATE OR REPLACE FUNCTION place_purchase(
        of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer,
        unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric)
    RETURNS TABLE (outcome text, items json, total numeric, made purchase, lines purchase_line[], vat charged_at_rate[])
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RETURN QUERY SELECT * FROM place_order(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay,
                                               unpaid_purchases, unpaid_share, unpaid_quantity, 99);
    END
    $$;
