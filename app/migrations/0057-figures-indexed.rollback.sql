-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_wasted_at;
DROP INDEX CONCURRENTLY IF EXISTS document_issued_on;
