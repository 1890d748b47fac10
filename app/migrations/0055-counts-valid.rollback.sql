ALTER TABLE stock_movement
    DROP CONSTRAINT stock_movement_stock_count_id_fkey,
    ADD CONSTRAINT stock_movement_stock_count_id_fkey FOREIGN KEY (stock_count_id) REFERENCES stock_count NOT VALID,
    DROP CONSTRAINT stock_movement_note_check,
    ADD CONSTRAINT stock_movement_note_check CHECK (length(note) <= 200) NOT VALID;
