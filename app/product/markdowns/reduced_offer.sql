-- edition 1
-- What the reduced goods of a product with a day on them cost today, and how many there are; NULLs where none are for sale.
-- Strict, so that it is not even called for a line that is no reduced goods'.
CREATE OR REPLACE FUNCTION reduced_offer(
        of_product bigint, with_day date, OUT unit_price numeric, OUT rate numeric, OUT available numeric)
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    #variable_conflict use_column
    BEGIN
        SELECT price_off(p.price, r.rate, NULL)::numeric(12,2), r.rate, sum(r.on_hand - r.allocated)
            INTO unit_price, rate, available
            FROM reduced_lot r JOIN product p ON p.id = r.product_id
            WHERE r.product_id = of_product AND r.expires_on = with_day AND p.active
            GROUP BY p.price, r.rate;
    END
    $$;
