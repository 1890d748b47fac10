-- transactional: false
-- depends: 0050-buying-tables

-- What is on order of a product: of all that was ever asked for, the little that has not come.
DROP INDEX CONCURRENTLY IF EXISTS invoice_request_line_open;
CREATE INDEX CONCURRENTLY invoice_request_line_open ON invoice_request_line (product_id, invoice_request_id)
    WHERE received < quantity;
-- What should have come, by the day.
DROP INDEX CONCURRENTLY IF EXISTS invoice_request_expected_on;
CREATE INDEX CONCURRENTLY invoice_request_expected_on ON invoice_request (expected_on, id)
    WHERE status IN ('open', 'partly_received');
