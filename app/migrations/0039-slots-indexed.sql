-- transactional: false
-- depends: 0039-slot-tables

-- What is collected in a window, in the order of lists.
DROP INDEX CONCURRENTLY IF EXISTS purchase_slot;
CREATE INDEX CONCURRENTLY purchase_slot ON purchase (slot_start, placed_at, id) WHERE slot_start IS NOT NULL;
