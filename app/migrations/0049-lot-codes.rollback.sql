ALTER TABLE stock DROP COLUMN lot_code;
