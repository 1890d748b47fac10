-- edition 2
-- What a discount took off, and when, is kept when it changes, and when it is deleted.
CREATE OR REPLACE FUNCTION keep_former_discount() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_OP = 'DELETE' OR (OLD.rate, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.weekdays, OLD.active)
            IS DISTINCT FROM (NEW.rate, NEW.amount, NEW.starts_on, NEW.ends_on, NEW.weekdays, NEW.active)
        THEN
            INSERT INTO former_discount (discount_id, rate, amount, starts_on, ends_on, weekdays, active)
                VALUES (OLD.id, OLD.rate, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.weekdays, OLD.active);
        END IF;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER discount_former AFTER DELETE OR UPDATE OF rate, amount, starts_on, ends_on, weekdays, active ON discount
    FOR EACH ROW EXECUTE FUNCTION keep_former_discount();
