DROP FUNCTION sought_words(text);
DROP FUNCTION near_forms(text);
DROP VIEW sellable;
DROP VIEW running_discount;
DROP FUNCTION list_price_from(numeric, numeric);
DROP FUNCTION reduced_price(numeric, numeric);
