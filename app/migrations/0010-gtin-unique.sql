-- transactional: false
-- depends: 0010-gtin-check

DO $$ BEGIN UPDATE product SET gtin = NULL WHERE gtin !~ '[1-9]'; END $$;
ALTER TABLE product VALIDATE CONSTRAINT product_gtin_not_zero;

-- One number is one product, in whatever length it is written (app/product/gtin.py). Which of two products a number belongs
-- to is for people to say.
DO $$
DECLARE
    clashes text;
BEGIN
    SELECT string_agg(clash.products, '; ' ORDER BY clash.number)
        || CASE WHEN max(clash.of_all) > 20 THEN format('; and %s more', max(clash.of_all) - 20) ELSE '' END
    INTO clashes
    FROM (
        SELECT lpad(gtin, 14, '0') AS number, string_agg(format('%s (%s)', code, gtin), ' = ' ORDER BY id) AS products,
               count(*) OVER () AS of_all
        FROM product WHERE gtin IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1
        ORDER BY 1 LIMIT 20
    ) clash;
    IF clashes IS NOT NULL THEN
        RAISE EXCEPTION 'these products have the same GTIN, written with more or fewer zeros in front, and one of each may '
            'keep it (change the others, with the version that is running): %', clashes;
    END IF;
END $$;
DROP INDEX CONCURRENTLY IF EXISTS product_gtin14_key;
CREATE UNIQUE INDEX CONCURRENTLY product_gtin14_key ON product (lpad(gtin, 14, '0'));
DO $$ BEGIN ANALYZE product; END $$;
