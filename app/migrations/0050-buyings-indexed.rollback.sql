-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS invoice_request_expected_on;
DROP INDEX CONCURRENTLY IF EXISTS invoice_request_line_open;
