-- edition 2
-- The products of a code, a brand, and a category or one below it: NULL where nothing is named, which is all.
CREATE OR REPLACE FUNCTION products_of(of_code text, of_brand text, of_category text) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_custom_plan
    AS $$
    BEGIN
        IF num_nonnulls(of_code, of_brand, of_category) = 0 THEN
            RETURN NULL;
        END IF;
        RETURN ARRAY(
            SELECT p.id FROM product p
            WHERE (of_code IS NULL OR p.code = of_code)
                AND (of_brand IS NULL OR p.brand_id = (SELECT b.id FROM brand b WHERE b.code = of_brand))
                AND (of_category IS NULL OR p.category_id IN (
                    WITH RECURSIVE below AS (
                        SELECT c.id FROM category c WHERE c.code = of_category
                        UNION SELECT c.id FROM category c JOIN below b ON c.parent_id = b.id
                    ) SELECT b.id FROM below b)));
    END
    $$;
