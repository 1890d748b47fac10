-- transactional: false
-- depends: 0049-lot-codes

-- Which lots of ours are of a manufacturer's lot.
DROP INDEX CONCURRENTLY IF EXISTS stock_lot_code;
CREATE INDEX CONCURRENTLY stock_lot_code ON stock (lot_code, id) WHERE lot_code IS NOT NULL;
