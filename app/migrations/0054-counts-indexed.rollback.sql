-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS purchase_unpacked;
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_stock_count_id;
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_product_at;
