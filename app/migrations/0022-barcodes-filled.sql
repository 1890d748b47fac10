-- transactional: false
-- depends: 0022-barcode-table

-- The barcodes of the products of before, in pieces. Whoever changes one of a piece meanwhile waits until it is copied, and
-- then it is the trigger's; what the triggers wrote already stays.
DO $$
DECLARE
    behind bigint := 0;
    batch bigint[];
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM product WHERE id > behind ORDER BY id LIMIT 1000 FOR SHARE);
        EXIT WHEN cardinality(batch) = 0;
        INSERT INTO barcode (gtin14, product_id, pieces)
            SELECT b.gtin14, p.id, b.pieces
            FROM product p CROSS JOIN LATERAL barcodes_of(p.gtin, p.other_barcodes) b
            WHERE p.id = ANY (batch)
            ORDER BY b.gtin14
            ON CONFLICT (gtin14) DO NOTHING;
        COMMIT;
        behind := batch[cardinality(batch)];
    END LOOP;
END $$;

-- One PLU is one product: 4011 is 04011.
DROP INDEX CONCURRENTLY IF EXISTS product_plu_key;
CREATE UNIQUE INDEX CONCURRENTLY product_plu_key ON product (lpad(plu, 5, '0'));
DO $$ BEGIN ANALYZE product, barcode; END $$;
