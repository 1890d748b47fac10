-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS payment_session_id;
DROP INDEX CONCURRENTLY IF EXISTS payment_at;
