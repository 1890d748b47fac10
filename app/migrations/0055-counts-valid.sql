-- depends: 0054-counts-indexed

ALTER TABLE stock_movement VALIDATE CONSTRAINT stock_movement_stock_count_id_fkey, VALIDATE CONSTRAINT stock_movement_note_check;
