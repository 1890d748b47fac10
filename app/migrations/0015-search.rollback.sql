DROP FUNCTION sought_products(text, boolean, boolean);
DROP FUNCTION best_part(tsquery[], boolean);
DROP FUNCTION sought_terms(text[]);
DROP FUNCTION relevance(text[], text);
CREATE OR REPLACE FUNCTION rename_in_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_TABLE_NAME = 'brand' THEN
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
            WHERE p.brand_id = NEW.id;
        ELSE
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
            WHERE p.category_id = NEW.id;
        END IF;
        RETURN NULL;
    END
    $$;
DROP FUNCTION renew_product_search(integer);
DROP TABLE renamed;
CREATE OR REPLACE FUNCTION product_search_text(name text, brand bigint, category bigint) RETURNS text
    LANGUAGE sql STABLE
    AS $$
        SELECT plain_text(concat_ws(' ', name,
            (SELECT b.name FROM brand b WHERE b.id = brand), (SELECT c.name FROM category c WHERE c.id = category)))
    $$;
-- While only what is made anew changes, the version stays.
UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
    WHERE p.search_text <> product_search_text(p.name, p.brand_id, p.category_id);
CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION stamp_update();
DROP FUNCTION search_words(text);
