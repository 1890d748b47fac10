ALTER TABLE purchase DROP CONSTRAINT purchase_slot_check,
    ADD CONSTRAINT purchase_slot_check CHECK (num_nonnulls(slot_start, slot_end) <> 1) NOT VALID;
