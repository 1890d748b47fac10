DROP FUNCTION IF EXISTS place_order(uuid, text, text, numeric, text, integer, integer, numeric, numeric, integer);
-- What is made anew is its owner's alone: who was let read it, still is.
CREATE TEMPORARY TABLE offer_grant ON COMMIT DROP AS
    SELECT format('GRANT %s ON offer TO %I', g.privilege_type, pg_get_userbyid(g.grantee)) AS statement
    FROM pg_class c, aclexplode(c.relacl) g
    WHERE c.oid = 'offer'::regclass AND g.grantee <> 0;
DROP VIEW offer;
CREATE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id,
           p.code, p.name, p.unit, p.price, p.vat_rate, p.active
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
DO $$
    DECLARE
        statement text;
    BEGIN
        FOR statement IN SELECT g.statement FROM offer_grant g LOOP
            EXECUTE statement;
        END LOOP;
    END
    $$;

ALTER TABLE purchase DROP COLUMN min_age, DROP COLUMN age_checked_by;
ALTER TABLE product DROP COLUMN net_quantity, DROP COLUMN net_unit, DROP COLUMN ingredients, DROP COLUMN allergens,
    DROP COLUMN diets, DROP COLUMN nutrition, DROP COLUMN food_business, DROP COLUMN origin, DROP COLUMN storage,
    DROP COLUMN alcohol, DROP COLUMN min_age, DROP COLUMN shelf_life_days;
DROP FUNCTION are_allergens(jsonb);
