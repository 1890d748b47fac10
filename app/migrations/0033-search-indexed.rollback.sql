-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS product_ingredients_unread;
DROP INDEX CONCURRENTLY IF EXISTS product_search_with_ingredients;
