-- transactional: false
-- depends: 0035-markdowns

-- A product is in a cart once, and once more for each day that is on reduced goods of it. The key of before knew no days.
DROP INDEX CONCURRENTLY IF EXISTS cart_item_offer_key;
CREATE UNIQUE INDEX CONCURRENTLY cart_item_offer_key ON cart_item (cart_id, product_id, (coalesce(best_before, 'infinity')))
    WHERE label_price IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS cart_item_unlabelled_key;
