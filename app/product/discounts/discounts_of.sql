-- edition 1
-- The ids of the discounts that a product may have, now or on a day to come, in their order: the one that it names, and those
-- on it, on its brand, on its category and on what this lies below. Those that are switched off or over are not among them.
CREATE OR REPLACE FUNCTION discounts_of(of_code text, of_brand bigint, of_category bigint, named bigint) RETURNS bigint[]
    LANGUAGE sql STABLE
    AS $$
        SELECT ARRAY(
            SELECT d.id FROM discount d
            WHERE d.active AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE)
                AND (d.id = named OR d.products ? of_code
                    OR d.brands <> '[]' AND d.brands ? (SELECT b.code FROM brand b WHERE b.id = of_brand)
                    OR d.categories <> '[]' AND d.categories ?| ARRAY(
                        WITH RECURSIVE above AS (
                            SELECT c.code, c.parent_id FROM category c WHERE c.id = of_category
                            UNION ALL SELECT c.code, c.parent_id FROM category c JOIN above a ON c.id = a.parent_id
                        ) SELECT a.code FROM above a))
            ORDER BY d.id)
    $$;
