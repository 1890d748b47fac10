-- transactional: false
-- depends: 0015-search

-- Lists of people and suppliers are by name without case and accents, as those of products are.
DROP INDEX CONCURRENTLY IF EXISTS customer_by_name;
CREATE INDEX CONCURRENTLY customer_by_name ON customer (plain_text(name), id);
DROP INDEX CONCURRENTLY IF EXISTS supplier_by_name;
CREATE INDEX CONCURRENTLY supplier_by_name ON supplier (active, plain_text(name), id);

-- What is looked in, of all products, in steps that hold nobody up. Old words find what they found; the version stays.
DO $$
DECLARE
    through bigint := 0;
    upto bigint;
BEGIN
    LOOP
        SELECT max(next.id) INTO upto FROM (SELECT id FROM product WHERE id > through ORDER BY id LIMIT 500) next;
        EXIT WHEN upto IS NULL;
        UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
            WHERE p.id > through AND p.id <= upto
                AND p.search_text <> product_search_text(p.name, p.brand_id, p.category_id);
        COMMIT;
        through := upto;
    END LOOP;
END
$$;

-- An index of expressions has statistics of its own.
DO $$ BEGIN ANALYZE customer, supplier; END $$;
