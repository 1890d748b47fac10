-- edition 1
-- A purchase that is cancelled, by whomever, leaves its place to others. Before the row changes, as what comes after gives
-- coupons back: whoever holds a coupon never waits for a window.
CREATE OR REPLACE FUNCTION give_slot_back() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE slot SET taken = taken - 1 WHERE starts_at = NEW.slot_start;
        RETURN NEW;
    END
    $$;
CREATE OR REPLACE TRIGGER purchase_slot BEFORE UPDATE OF status ON purchase FOR EACH ROW
    WHEN (NEW.status = 'cancelled' AND OLD.status <> 'cancelled' AND NEW.slot_start IS NOT NULL)
    EXECUTE FUNCTION give_slot_back();
