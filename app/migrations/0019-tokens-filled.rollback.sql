-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS purchase_with_cart;
DROP INDEX CONCURRENTLY IF EXISTS purchase_token_hash_key;
ALTER TABLE purchase DROP CONSTRAINT purchase_token_hash_check,
    ADD CONSTRAINT purchase_token_hash_check CHECK (length(token_hash) = 32) NOT VALID;
