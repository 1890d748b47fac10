ALTER TABLE product DROP CONSTRAINT product_gtin_not_zero;
