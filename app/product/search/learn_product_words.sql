-- edition 1
-- The words of a product that has changed are known from now on, for who mistypes them.
CREATE OR REPLACE FUNCTION learn_product_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme !~ '[0-9]'
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
