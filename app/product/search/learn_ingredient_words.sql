-- edition 1
-- The words of ingredients that have changed are known from now on, as those of names are.
CREATE OR REPLACE FUNCTION learn_ingredient_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search_with_ingredients) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER product_learn_ingredient_words AFTER UPDATE OF search_with_ingredients, ingredients ON product
    FOR EACH ROW WHEN (NEW.search_with_ingredients IS DISTINCT FROM OLD.search_with_ingredients)
    EXECUTE FUNCTION learn_ingredient_words();
