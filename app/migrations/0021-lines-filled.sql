-- transactional: false
-- depends: 0021-line-ids

DO $$
BEGIN
    LOOP
        UPDATE cart_item SET id = DEFAULT
            WHERE ctid = ANY (ARRAY(SELECT ctid FROM cart_item WHERE id IS NULL LIMIT 2000 FOR UPDATE SKIP LOCKED));
        EXIT WHEN NOT EXISTS (SELECT FROM cart_item WHERE id IS NULL);
        COMMIT;
    END LOOP;
END $$;

DROP INDEX CONCURRENTLY IF EXISTS cart_item_line_key;
CREATE UNIQUE INDEX CONCURRENTLY cart_item_line_key ON cart_item (cart_id, id);
DROP INDEX CONCURRENTLY IF EXISTS cart_item_unlabelled_key;
CREATE UNIQUE INDEX CONCURRENTLY cart_item_unlabelled_key ON cart_item (cart_id, product_id) WHERE label_price IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS purchase_line_purchase_id;
CREATE INDEX CONCURRENTLY purchase_line_purchase_id ON purchase_line (purchase_id, id);
DROP INDEX CONCURRENTLY IF EXISTS product_deposit_id;
CREATE INDEX CONCURRENTLY product_deposit_id ON product (deposit_id) WHERE deposit_id IS NOT NULL;
