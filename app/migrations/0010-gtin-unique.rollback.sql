DROP INDEX CONCURRENTLY IF EXISTS product_gtin14_key;
ALTER TABLE product DROP CONSTRAINT product_gtin_not_zero,
    ADD CONSTRAINT product_gtin_not_zero CHECK (gtin ~ '[1-9]') NOT VALID;
