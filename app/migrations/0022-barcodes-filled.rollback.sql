-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS product_plu_key;
