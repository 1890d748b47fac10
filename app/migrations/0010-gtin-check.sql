-- depends: 0009-money

-- Zeros alone are no number. A second CHECK, because the first stands on is_gtin(): a new text of that would be believed
-- of rows that were never looked at.
ALTER TABLE product ADD CONSTRAINT product_gtin_not_zero CHECK (gtin ~ '[1-9]') NOT VALID;
