-- transactional: false
-- depends: 0047-counter

DROP INDEX CONCURRENTLY IF EXISTS document_session_id;
CREATE INDEX CONCURRENTLY document_session_id ON document (session_id) WHERE session_id IS NOT NULL;
