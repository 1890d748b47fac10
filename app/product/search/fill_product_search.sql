-- edition 1
-- What a product is found by is made when its name, its brand or its category is set.
CREATE OR REPLACE FUNCTION fill_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.search_text := product_search_text(NEW.name, NEW.brand_id, NEW.category_id);
        RETURN NEW;
    END
    $$;
