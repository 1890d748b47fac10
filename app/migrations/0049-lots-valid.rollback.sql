ALTER TABLE stock DROP CONSTRAINT stock_lot_code_check,
    ADD CONSTRAINT stock_lot_code_check CHECK (lot_code ~ '^[!"%-?A-Z_a-z]{1,20}$') NOT VALID;
