-- edition 2
-- The unit that a product's quantities are counted in cannot change under them (unit_in_use). The lock waits for stock that is coming in.
CREATE OR REPLACE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM stock_level WHERE product_id = NEW.id FOR UPDATE;
        IF unit_in_use(NEW.id) THEN
            RAISE EXCEPTION 'the unit of a product with stock cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'product_unit_in_use', TABLE = 'product', COLUMN = 'unit';
        END IF;
        RETURN NEW;
    END
    $$;
