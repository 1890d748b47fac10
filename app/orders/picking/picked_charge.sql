-- edition 1
-- What is charged for so much of a line as came, and the coupon's part of it, which the total is without; where so much was
-- ordered, for so much and with that part of the coupon. All that was ordered costs what it did then. More, of what is
-- weighed, costs its price. Of a multi-buy that is not whole any more, the least of what its terms make of what came, and of
-- that part of what it cost; the coupon's part goes with what came, and leaves a cent. Nothing that lacks makes the rest dearer.
CREATE OR REPLACE FUNCTION picked_charge(
        ordered numeric, ordered_total numeric, ordered_coupon numeric, picked numeric,
        price numeric, unit_price numeric, label_price numeric, discount jsonb,
        OUT total numeric, OUT coupon numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT g.gross - c.coupon, c.coupon
        FROM (
            SELECT (discount ->> 'buy')::integer AS buy, (discount ->> 'pay')::integer AS pay, (discount ->> 'price')::numeric AS price
        ) by
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN picked = 0 THEN 0.00
                WHEN picked = ordered OR label_price IS NOT NULL THEN ordered_total + ordered_coupon
                WHEN by.buy IS NOT NULL THEN greatest(
                    least(multibuy_total(picked_charge.price, picked, by.buy, by.pay, by.price),
                          round((ordered_total + ordered_coupon) * picked / ordered, 2)),
                    least(unit_price, 0.01))
                ELSE line_total(picked, unit_price) END AS gross
        ) g
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN picked = 0 THEN 0.00
                WHEN picked >= ordered THEN ordered_coupon
                ELSE greatest(least(round(ordered_coupon * picked / ordered, 2), g.gross - least(g.gross, 0.01)),
                              g.gross - ordered_total) END AS coupon
        ) c
    $$;
