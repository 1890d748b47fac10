-- edition 1
-- A product has the set of the discounts that it may have. Any change of the set says that it is to be found anew. Who drops
-- sets that no product has waits here, or is waited for.
CREATE OR REPLACE FUNCTION keep_discount_set() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        meant bigint[] := discounts_of(NEW.code, NEW.brand_id, NEW.category_id, NEW.discount_id);
    BEGIN
        NEW.discount_set := 0;
        WHILE NEW.discount_set = 0 AND meant <> '{}' LOOP
            SELECT s.id INTO NEW.discount_set FROM discount_set s WHERE s.discounts = meant FOR KEY SHARE;
            IF NOT FOUND THEN
                NEW.discount_set := 0;
                INSERT INTO discount_set (discounts) VALUES (meant) ON CONFLICT DO NOTHING;
            END IF;
        END LOOP;
        RETURN NEW;
    END
    $$;
CREATE OR REPLACE TRIGGER product_discount_set BEFORE INSERT OR UPDATE OF discount_id, brand_id, category_id, discount_set ON product
    FOR EACH ROW EXECUTE FUNCTION keep_discount_set();
