-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS purchase_guest_ended;
