-- transactional: false
-- depends: 0048-counter-valid

-- What was issued on some days: few bytes a row, as a day is there once for all that have it.
DROP INDEX CONCURRENTLY IF EXISTS document_issued_on;
CREATE INDEX CONCURRENTLY document_issued_on ON document (issued_on);
-- What moved on some days. Movements lie in the order of time, so that the ends of each hundred pages tell enough.
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_at;
CREATE INDEX CONCURRENTLY stock_movement_at ON stock_movement USING brin (at) WITH (autosummarize = on);
-- What was thrown away is a small part of that.
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_wasted_at;
CREATE INDEX CONCURRENTLY stock_movement_wasted_at ON stock_movement (at) WHERE kind = 'waste';
