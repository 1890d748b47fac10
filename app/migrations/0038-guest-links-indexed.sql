-- transactional: false
-- depends: 0037-events

-- Purchases that a guest's token opens still, by when they came to an end: some days later it opens them no more.
DROP INDEX CONCURRENTLY IF EXISTS purchase_guest_ended;
CREATE INDEX CONCURRENTLY purchase_guest_ended ON purchase ((coalesce(collected_at, cancelled_at)))
    WHERE token_hash IS NOT NULL AND coalesce(collected_at, cancelled_at) IS NOT NULL;
