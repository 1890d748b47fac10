-- depends: 0039-slots-indexed

ALTER TABLE purchase VALIDATE CONSTRAINT purchase_slot_check;
