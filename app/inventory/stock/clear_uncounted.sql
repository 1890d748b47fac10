-- edition 1
-- Whatever is corrected by staff was counted. Behind stock_movement_apply, which holds the levels: triggers fire in the order of
-- their names.
CREATE OR REPLACE FUNCTION clear_uncounted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        DELETE FROM uncounted u USING moved m WHERE m.kind = 'adjustment' AND u.product_id = m.product_id;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER stock_movement_counted AFTER INSERT ON stock_movement
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION clear_uncounted();
