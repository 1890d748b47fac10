-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS purchase_person_ended;
DROP INDEX CONCURRENTLY IF EXISTS document_buyer_named_at;
