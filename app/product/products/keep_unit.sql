-- edition 2
-- The unit that a product's quantities are counted in cannot change under them: those of stock, of what is asked of suppliers, of how
-- they sell it, and of a count. The lock waits for stock that is coming in.
CREATE OR REPLACE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM stock_level WHERE product_id = NEW.id FOR UPDATE;
        IF EXISTS (SELECT FROM stock WHERE product_id = NEW.id)
            OR EXISTS (SELECT FROM supplier_article WHERE product_id = NEW.id)
            OR EXISTS (SELECT FROM stock_count_product WHERE product_id = NEW.id AND open)
            OR EXISTS (
                SELECT FROM invoice_request_line i JOIN invoice_request r ON r.id = i.invoice_request_id
                WHERE i.product_id = NEW.id AND i.received < i.quantity AND r.status IN ('draft', 'open', 'partly_received'))
        THEN
            RAISE EXCEPTION 'the unit of a product with stock cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'product_unit_in_use', TABLE = 'product', COLUMN = 'unit';
        END IF;
        RETURN NEW;
    END
    $$;
