DROP FUNCTION meant_words(text);
DROP TRIGGER product_learn_words ON product;
DROP FUNCTION learn_product_words();
DROP TABLE product_word;
CREATE INDEX product_search_text ON product USING gin (search_text gin_trgm_ops);
DROP EXTENSION IF EXISTS fuzzystrmatch;
