-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS document_session_id;
