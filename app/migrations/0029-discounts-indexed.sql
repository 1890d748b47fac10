-- transactional: false
-- depends: 0029-discount-kinds

-- The trigger says which set a product has that names a discount. Whoever changes it meanwhile has it done.
DO $$
DECLARE
    behind bigint := 0;
    batch bigint[];
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM product WHERE id > behind AND discount_id IS NOT NULL ORDER BY id LIMIT 1000);
        EXIT WHEN cardinality(batch) = 0;
        UPDATE product SET discount_set = 0 WHERE id = ANY (batch) AND discount_set = 0;
        COMMIT;
        behind := batch[cardinality(batch)];
    END LOOP;
END $$;

-- As those of 0007, whose places they take, with the discounts that a product may have in place of the one that it names.
DROP INDEX CONCURRENTLY IF EXISTS product_in_name_order;
CREATE INDEX CONCURRENTLY product_in_name_order ON product (active, plain_text(name), id) INCLUDE (name, price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_in_price_order;
CREATE INDEX CONCURRENTLY product_in_price_order ON product (active, discount_set, price, id);
DROP INDEX CONCURRENTLY IF EXISTS product_in_id_order;
CREATE INDEX CONCURRENTLY product_in_id_order ON product (active, id) INCLUDE (price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_in_name_order;
CREATE INDEX CONCURRENTLY product_brand_in_name_order ON product (brand_id, active, plain_text(name), id) INCLUDE (name, price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_in_price_order;
CREATE INDEX CONCURRENTLY product_brand_in_price_order ON product (brand_id, active, discount_set, price, id);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_in_id_order;
CREATE INDEX CONCURRENTLY product_brand_in_id_order ON product (brand_id, active, id) INCLUDE (price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_category_in_name_order;
CREATE INDEX CONCURRENTLY product_category_in_name_order ON product (category_id, active, plain_text(name), id) INCLUDE (name, price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_category_in_price_order;
CREATE INDEX CONCURRENTLY product_category_in_price_order ON product (category_id, active, discount_set, price, id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_in_id_order;
CREATE INDEX CONCURRENTLY product_category_in_id_order ON product (category_id, active, id) INCLUDE (price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_in_name_order;
CREATE INDEX CONCURRENTLY product_category_brand_in_name_order ON product (category_id, brand_id, active, plain_text(name), id) INCLUDE (name, price, discount_set);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_in_price_order;
CREATE INDEX CONCURRENTLY product_category_brand_in_price_order ON product (category_id, brand_id, active, discount_set, price, id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_in_id_order;
CREATE INDEX CONCURRENTLY product_category_brand_in_id_order ON product (category_id, brand_id, active, id) INCLUDE (price, discount_set);

-- The version that serves lists by price more slowly from here on, until it ends.
DROP INDEX CONCURRENTLY IF EXISTS product_by_name;
DROP INDEX CONCURRENTLY IF EXISTS product_by_price;
DROP INDEX CONCURRENTLY IF EXISTS product_by_id;
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_name;
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_price;
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_id;
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_name;
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_price;
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_id;
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_name;
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_price;
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_id;
DO $$ BEGIN ANALYZE product, discount_set; END $$;
