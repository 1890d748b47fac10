-- depends: 0031-synonyms

-- What a product is found by when it is looked for among ingredients too: all that is in search_text, and these. Another way
-- to make it is another name, as what this made is stored.
CREATE FUNCTION ingredient_search(search_text text, ingredients text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT CASE WHEN ingredients <> '' THEN
            public.grocery_tsvector(search_text || ' ' || public.search_words(ingredients)) END
    $$;

-- NULL without ingredients, and until `tidy` has come to those that were there before.
ALTER TABLE product ADD COLUMN search_with_ingredients tsvector;

-- That it is made is no change of the product.
-- because old workers make nothing anew but by a trigger of ours
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW
    WHEN (NEW.search_text = OLD.search_text AND NEW.discount_set = OLD.discount_set
            AND NOT (NEW.search_with_ingredients IS DISTINCT FROM OLD.search_with_ingredients)
        OR NEW.name <> OLD.name OR NEW.brand_id IS DISTINCT FROM OLD.brand_id OR NEW.category_id <> OLD.category_id
        OR NEW.discount_id IS DISTINCT FROM OLD.discount_id OR NEW.ingredients <> OLD.ingredients)
    EXECUTE FUNCTION stamp_update();
