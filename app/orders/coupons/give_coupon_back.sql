-- edition 1
-- A purchase that is cancelled has not used its coupon. One that is collected has, whatever comes back of it.
CREATE OR REPLACE FUNCTION give_coupon_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE coupon SET used = used - 1 WHERE id = NEW.coupon_id;
        UPDATE coupon_code SET purchase_id = NULL WHERE purchase_id = NEW.id;
        RETURN NEW;
    END
    $$;
CREATE OR REPLACE TRIGGER purchase_coupon AFTER UPDATE OF status ON purchase FOR EACH ROW
    WHEN (NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND NEW.coupon_id IS NOT NULL)
    EXECUTE FUNCTION give_coupon_back();
