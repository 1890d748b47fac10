-- edition 1
-- What a line of goods costs, by what its offer says: what a label prints, or so many units at today's price, or a multi-buy
-- where that is less. With the price of a unit, and the discount that made it: never two.
CREATE OR REPLACE FUNCTION line_charge(
        discount_set bigint, unit text, list_price numeric, price_today numeric, rate_today numeric, terms_today jsonb,
        quantity numeric, label_price numeric)
    RETURNS TABLE (total numeric, unit_price numeric, discount_rate numeric, discount jsonb)
    LANGUAGE sql STABLE
    AS $$
        SELECT coalesce(label_price, m.total, line_total(quantity, price_today)),
               CASE WHEN m.total IS NULL THEN price_today ELSE list_price END,
               CASE WHEN m.total IS NULL THEN rate_today ELSE 0 END,
               coalesce(m.terms, terms_today)
        FROM (SELECT) one LEFT JOIN LATERAL (
            SELECT w.total, w.terms FROM multibuy(discount_set, unit, list_price, quantity) w
            WHERE discount_set <> 0 AND label_price IS NULL AND w.total < line_total(quantity, price_today)
        ) m ON true
    $$;
