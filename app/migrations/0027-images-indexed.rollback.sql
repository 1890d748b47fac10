-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS category_image;
DROP INDEX CONCURRENTLY IF EXISTS product_image;
