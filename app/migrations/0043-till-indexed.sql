-- transactional: false
-- depends: 0042-till

DROP INDEX CONCURRENTLY IF EXISTS payment_session_id;
CREATE INDEX CONCURRENTLY payment_session_id ON payment (session_id) WHERE session_id IS NOT NULL;
-- The books by the day on which money moved.
DROP INDEX CONCURRENTLY IF EXISTS payment_at;
CREATE INDEX CONCURRENTLY payment_at ON payment (at, id);
