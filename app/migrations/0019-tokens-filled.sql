-- transactional: false
-- depends: 0019-purchase-tokens

ALTER TABLE purchase VALIDATE CONSTRAINT purchase_token_hash_check;

-- What the token of a request is looked up by.
DROP INDEX CONCURRENTLY IF EXISTS purchase_token_hash_key;
CREATE UNIQUE INDEX CONCURRENTLY purchase_token_hash_key ON purchase (token_hash) WHERE token_hash IS NOT NULL;

-- Those whose carts are still there, the oldest first: `tidy` takes no more looks than it drops carts.
DROP INDEX CONCURRENTLY IF EXISTS purchase_with_cart;
CREATE INDEX CONCURRENTLY purchase_with_cart ON purchase (placed_at) WHERE cart_id IS NOT NULL;

-- The tokens of the purchases of before, in pieces. Behind the indexes: to make one waits for whoever began before, so no
-- checkout by the text of before is under way any more.
DO $$
DECLARE
    behind uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM purchase WHERE id > behind ORDER BY id LIMIT 1000);
        EXIT WHEN cardinality(batch) = 0;
        UPDATE purchase p SET token_hash = c.token_hash FROM cart c
            WHERE p.id = ANY (batch) AND p.token_hash IS NULL AND c.id = p.cart_id AND c.token_hash IS NOT NULL;
        COMMIT;
        behind := batch[cardinality(batch)];
    END LOOP;
END $$;
