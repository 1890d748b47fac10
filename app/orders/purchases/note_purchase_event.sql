-- edition 1
-- Writes down that a purchase was placed, or that its status became another one. Its row is locked by whoever does that.
CREATE OR REPLACE FUNCTION note_purchase_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO event (kind, purchase_id) VALUES ('purchase.' || NEW.status, NEW.id);
        RETURN NULL;
    END
    $$;

-- Triggers of an event fire in the order of their names: what becomes of a purchase comes before the papers on it.
CREATE OR REPLACE TRIGGER purchase_event_placed AFTER INSERT ON purchase
    FOR EACH ROW EXECUTE FUNCTION note_purchase_event();
CREATE OR REPLACE TRIGGER purchase_event_status AFTER UPDATE OF status ON purchase
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION note_purchase_event();
