-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS product_deposit_id;
DROP INDEX CONCURRENTLY IF EXISTS purchase_line_purchase_id;
DROP INDEX CONCURRENTLY IF EXISTS cart_item_unlabelled_key;
DROP INDEX CONCURRENTLY IF EXISTS cart_item_line_key;
