-- They came with the texts of this version.
DROP TRIGGER IF EXISTS shop_zone_moved ON shop;
DROP FUNCTION IF EXISTS follow_zone();
DROP FUNCTION IF EXISTS drop_sums(date);
DROP FUNCTION IF EXISTS unit_in_use(bigint);
DROP FUNCTION IF EXISTS wasted(date, date, bigint[]);
ALTER TABLE stock_count_product DROP COLUMN rounds_at;
