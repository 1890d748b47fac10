-- edition 1
-- A few products are renewed at once. Many would hold up the rename until its statement was ended: `tidy` goes through
-- them in steps.
CREATE OR REPLACE FUNCTION rename_in_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ids bigint[];
        few CONSTANT integer := 200;
    BEGIN
        IF TG_TABLE_NAME = 'brand' THEN
            ids := ARRAY(SELECT p.id FROM product p WHERE p.brand_id = NEW.id LIMIT few + 1);
        ELSE
            ids := ARRAY(SELECT p.id FROM product p WHERE p.category_id = NEW.id LIMIT few + 1);
        END IF;
        IF cardinality(ids) <= few THEN
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids);
        ELSIF TG_TABLE_NAME = 'brand' THEN
            INSERT INTO renamed (brand_id) VALUES (NEW.id) ON CONFLICT (brand_id) DO UPDATE SET done = 0;
        ELSE
            INSERT INTO renamed (category_id) VALUES (NEW.id) ON CONFLICT (category_id) DO UPDATE SET done = 0;
        END IF;
        RETURN NULL;
    END
    $$;
