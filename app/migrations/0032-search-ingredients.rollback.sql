CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW
    WHEN (NEW.search_text = OLD.search_text AND NEW.discount_set = OLD.discount_set OR NEW.name <> OLD.name
        OR NEW.brand_id IS DISTINCT FROM OLD.brand_id OR NEW.category_id <> OLD.category_id
        OR NEW.discount_id IS DISTINCT FROM OLD.discount_id)
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
