-- depends: 0049-lots-indexed

ALTER TABLE stock VALIDATE CONSTRAINT stock_lot_code_check;
