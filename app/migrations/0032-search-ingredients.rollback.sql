CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW
    WHEN (NEW.search_text = OLD.search_text
        OR (NEW.name, NEW.brand_id, NEW.category_id) IS DISTINCT FROM (OLD.name, OLD.brand_id, OLD.category_id))
    EXECUTE FUNCTION stamp_update();
DROP FUNCTION IF EXISTS fill_ingredient_search() CASCADE;
DROP FUNCTION IF EXISTS learn_ingredient_words() CASCADE;
DROP FUNCTION IF EXISTS learn_words_of_new_products() CASCADE;
CREATE FUNCTION learn_words_of_new_products() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        INSERT INTO product_word (word)
            SELECT DISTINCT l.lexeme FROM added p CROSS JOIN LATERAL unnest(p.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_learn_new_words AFTER INSERT ON product
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION learn_words_of_new_products();
ALTER TABLE product DROP COLUMN search_with_ingredients;
DROP FUNCTION ingredient_search(text, text);
