CREATE OR REPLACE TRIGGER product_learn_words AFTER INSERT OR UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_product_words();
CREATE OR REPLACE TRIGGER product_learn_words_with_figures
    AFTER INSERT OR UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_words_with_figures();
DROP TRIGGER product_learn_new_words ON product;
DROP FUNCTION learn_words_of_new_products();
