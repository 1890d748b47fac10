-- transactional: false
-- depends: 0016-search-texts

-- What was cancelled is little, and somewhere among all that was bought.
DROP INDEX CONCURRENTLY IF EXISTS purchase_cancelled;
CREATE INDEX CONCURRENTLY purchase_cancelled ON purchase (placed_at, id) WHERE status = 'cancelled';
