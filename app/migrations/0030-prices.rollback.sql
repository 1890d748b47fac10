DROP FUNCTION IF EXISTS prior_price(bigint, numeric, bigint);
DROP FUNCTION IF EXISTS lowest_charged(numeric, bigint[], timestamptz, timestamptz);
DROP FUNCTION IF EXISTS begin_day(integer);
DROP FUNCTION IF EXISTS keep_former_price() CASCADE;
DROP FUNCTION IF EXISTS keep_former_discount() CASCADE;
DROP TABLE coming_price;
DROP TABLE former_discount;
DROP TABLE former_price;
