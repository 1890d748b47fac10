-- edition 1
-- What a product was listed at, and with which discounts on it, is kept when either changes.
CREATE OR REPLACE FUNCTION keep_former_price() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO former_price (product_id, price, discounts, login_id)
            SELECT OLD.id, OLD.price,
                coalesce((SELECT s.discounts FROM discount_set s WHERE s.id = OLD.discount_set), '{}'),
                nullif(current_setting('grocery.login', true), '')::bigint;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER product_former_price AFTER UPDATE OF price, discount_id, brand_id, category_id, discount_set ON product
    FOR EACH ROW WHEN ((OLD.price, OLD.discount_set) IS DISTINCT FROM (NEW.price, NEW.discount_set))
    EXECUTE FUNCTION keep_former_price();
