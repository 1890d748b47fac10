-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS cart_item_unlabelled_key;
CREATE UNIQUE INDEX CONCURRENTLY cart_item_unlabelled_key ON cart_item (cart_id, product_id) WHERE label_price IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS cart_item_offer_key;
