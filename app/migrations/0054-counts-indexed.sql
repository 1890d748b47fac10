-- transactional: false
-- depends: 0053-counts

-- What came and went of a product since a moment.
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_product_at;
CREATE INDEX CONCURRENTLY stock_movement_product_at ON stock_movement (product_id, at);
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_stock_count_id;
CREATE INDEX CONCURRENTLY stock_movement_stock_count_id ON stock_movement (stock_count_id) WHERE stock_count_id IS NOT NULL;
-- What lay in a bag before it was cancelled, since a moment.
DROP INDEX CONCURRENTLY IF EXISTS purchase_unpacked;
CREATE INDEX CONCURRENTLY purchase_unpacked ON purchase (cancelled_at) WHERE status = 'cancelled' AND picked_at IS NOT NULL;
