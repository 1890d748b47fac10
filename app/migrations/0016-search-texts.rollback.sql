-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS supplier_by_name;
DROP INDEX CONCURRENTLY IF EXISTS customer_by_name;
