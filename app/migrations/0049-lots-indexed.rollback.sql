-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS stock_lot_code;
