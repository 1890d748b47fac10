-- transactional: false
-- depends: 0048-counter-valid

-- What was issued on some days: few bytes a row, as a day is there once for all that have it.
DROP INDEX CONCURRENTLY IF EXISTS document_issued_on;
CREATE INDEX CONCURRENTLY document_issued_on ON document (issued_on);
-- What was thrown away on some days: a small part of all that moved, which has an index of its own.
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_wasted_at;
CREATE INDEX CONCURRENTLY stock_movement_wasted_at ON stock_movement (at) WHERE kind = 'waste';
