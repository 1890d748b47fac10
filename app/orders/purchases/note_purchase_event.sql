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

CREATE OR REPLACE TRIGGER purchase_placed_event AFTER INSERT ON purchase
    FOR EACH ROW EXECUTE FUNCTION note_purchase_event();
CREATE OR REPLACE TRIGGER purchase_status_event AFTER UPDATE OF status ON purchase
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION note_purchase_event();
