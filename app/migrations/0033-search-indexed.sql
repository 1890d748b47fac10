-- transactional: false
-- depends: 0032-search-ingredients

DROP INDEX CONCURRENTLY IF EXISTS product_search_with_ingredients;
CREATE INDEX CONCURRENTLY product_search_with_ingredients ON product USING gin (search_with_ingredients);
-- Those that are not found by their ingredients yet.
DROP INDEX CONCURRENTLY IF EXISTS product_ingredients_unread;
CREATE INDEX CONCURRENTLY product_ingredients_unread ON product (id)
    WHERE ingredients <> '' AND search_with_ingredients IS NULL;
