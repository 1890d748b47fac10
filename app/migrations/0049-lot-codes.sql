-- depends: 0048-counter-valid

-- What the manufacturer calls the lot, as it stands behind GS1's application identifier 10.
ALTER TABLE stock ADD COLUMN lot_code text,
    ADD CONSTRAINT stock_lot_code_check CHECK (lot_code ~ '^[!"%-?A-Z_a-z]{1,20}$') NOT VALID;
