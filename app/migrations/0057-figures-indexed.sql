-- transactional: false
-- depends: 0055-counts-valid

-- What was issued on some days: few bytes a row, as a day is there once for all that have it.
DROP INDEX CONCURRENTLY IF EXISTS document_issued_on;
CREATE INDEX CONCURRENTLY document_issued_on ON document (issued_on);
