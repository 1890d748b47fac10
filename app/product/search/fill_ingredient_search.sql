-- edition 1
-- What a product is found by with its ingredients is made when any of it is set, behind what its name, brand and category make.
-- What was there before has it from `tidy`: to make it in passing would hide another change of the row.
CREATE OR REPLACE FUNCTION fill_ingredient_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR (NEW.search_text, NEW.ingredients) IS DISTINCT FROM (OLD.search_text, OLD.ingredients) THEN
            NEW.search_with_ingredients := ingredient_search(NEW.search_text, NEW.ingredients);
        END IF;
        RETURN NEW;
    END
    $$;
-- Triggers fire in the order of their names.
CREATE OR REPLACE TRIGGER product_find_by_ingredients
    BEFORE INSERT OR UPDATE OF search_text, name, brand_id, category_id, ingredients ON product
    FOR EACH ROW EXECUTE FUNCTION fill_ingredient_search();
