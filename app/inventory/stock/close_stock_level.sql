-- edition 1
-- A product that was never in stock can be deleted; its empty level goes with it.
CREATE OR REPLACE FUNCTION close_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        DELETE FROM stock_level WHERE product_id = OLD.id AND on_hand = 0 AND allocated = 0;
        RETURN OLD;
    END
    $$;
