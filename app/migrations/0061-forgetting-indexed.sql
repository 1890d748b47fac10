-- transactional: false
-- depends: 0058-figures

-- Purchases that name somebody still, by when they came to an end: some years later they name nobody.
DROP INDEX CONCURRENTLY IF EXISTS purchase_person_ended;
CREATE INDEX CONCURRENTLY purchase_person_ended ON purchase ((coalesce(collected_at, cancelled_at)))
    WHERE contact_name IS NOT NULL AND coalesce(collected_at, cancelled_at) IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS document_buyer_named_at;
CREATE INDEX CONCURRENTLY document_buyer_named_at ON document_buyer (named_at);
