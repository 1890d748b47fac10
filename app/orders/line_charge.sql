-- edition 1
-- What a line of goods costs, by what its offer says: what a label prints; or so many units of reduced goods, if there is a
-- price of these; or so many at today's price, or a multi-buy where that is less. With the price of a unit, and the discount
-- that made it: never two.
CREATE OR REPLACE FUNCTION line_charge(
        discount_set bigint, unit text, list_price numeric, price_today numeric, rate_today numeric, terms_today jsonb,
        reduced_price numeric, reduced_rate numeric, quantity numeric, label_price numeric)
    RETURNS TABLE (total numeric, unit_price numeric, discount_rate numeric, discount jsonb)
    LANGUAGE sql STABLE
    AS $$
        SELECT coalesce(label_price, m.total, line_total(quantity, coalesce(reduced_price, price_today))),
               CASE WHEN m.total IS NULL THEN coalesce(reduced_price, price_today) ELSE list_price END,
               CASE WHEN m.total IS NULL THEN coalesce(reduced_rate, rate_today) ELSE 0 END,
               CASE WHEN reduced_price IS NULL THEN coalesce(m.terms, terms_today) END
        FROM (SELECT) one LEFT JOIN LATERAL (
            SELECT w.total, w.terms FROM multibuy(discount_set, unit, list_price, quantity) w
            WHERE discount_set <> 0 AND label_price IS NULL AND reduced_price IS NULL AND w.total < line_total(quantity, price_today)
        ) m ON true
    $$;
