DROP FUNCTION IF EXISTS claim_cart(uuid, bytea, bigint, numeric, integer, integer);
DROP FUNCTION IF EXISTS open_cart_of(bigint, integer);
DROP FUNCTION IF EXISTS put_in_cart(uuid, text, date, numeric, numeric, boolean, boolean, numeric, integer, integer);
ALTER TABLE cart_item DROP COLUMN substitute;
ALTER TABLE purchase_line DROP COLUMN substitute;
