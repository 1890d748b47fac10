-- depends: 0012-paid

-- The words of new products are learnt once a statement, in one order for all of its rows: half the time of an import,
-- and no two that come in together can wait for each other. PostgreSQL has no such trigger for named columns: updates keep theirs.
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
-- because new products' words are learnt all the same, by the trigger above
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER product_learn_words AFTER UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_product_words();
-- because it is as with the one above
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER product_learn_words_with_figures AFTER UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_words_with_figures();
