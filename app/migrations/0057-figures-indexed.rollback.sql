-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS document_issued_on;
