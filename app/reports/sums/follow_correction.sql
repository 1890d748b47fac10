-- edition 2
-- What is put right about a lot after days of it were summed up: its cost is put right in the sums; whose it was, sums cannot tell
-- apart, so the days since it came are summed up anew by `tidy`, and reports read what happened on them until then.
CREATE OR REPLACE FUNCTION follow_correction() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        since date;
    BEGIN
        SELECT (m.at AT TIME ZONE shop_zone())::date INTO since FROM stock_movement m WHERE m.stock_id = NEW.id ORDER BY m.id LIMIT 1;
        IF since IS NULL THEN
            RETURN NULL;
        END IF;
        IF NEW.supplier_id IS NOT DISTINCT FROM OLD.supplier_id THEN
            PERFORM renew_figures(NEW.product_id, since);
            RETURN NULL;
        END IF;
        PERFORM drop_sums(since);
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER stock_corrected AFTER UPDATE OF unit_cost, supplier_id ON stock FOR EACH ROW
    WHEN ((OLD.unit_cost, OLD.supplier_id) IS DISTINCT FROM (NEW.unit_cost, NEW.supplier_id)) EXECUTE FUNCTION follow_correction();
