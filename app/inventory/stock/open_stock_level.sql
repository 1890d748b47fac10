-- edition 1
-- Each product has a level from its first moment: it is the lock of the product's stock.
CREATE OR REPLACE FUNCTION open_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        INSERT INTO stock_level (product_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$;
