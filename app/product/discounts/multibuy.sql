-- edition 1
-- The multi-buy of a set of discounts that so many pieces cost least with today, what they cost then, and its terms as a line
-- keeps them; of those that cost the same, the one that was made first. No row where none applies.
CREATE OR REPLACE FUNCTION multibuy(of_set bigint, unit text, list_price numeric, quantity numeric)
    RETURNS TABLE (total numeric, terms jsonb)
    LANGUAGE sql STABLE
    AS $$
        SELECT multibuy_total(list_price, quantity, d.buy, d.pay, d.price), d.terms
        FROM discount_set s JOIN discount_today d ON d.id = ANY (s.discounts)
        WHERE s.id = of_set AND d.buy <= quantity AND unit = 'piece'
        ORDER BY 1, d.id LIMIT 1
    $$;
