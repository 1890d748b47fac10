-- edition 1
-- Writes down that somebody began to pick a purchase, or took that over; that nobody does any more; or that it is ready. Its
-- row is locked by whoever does that.
CREATE OR REPLACE FUNCTION note_picking_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO event (kind, purchase_id) VALUES (
            CASE WHEN NEW.picking_since IS NULL THEN 'purchase.released'
                WHEN NEW.picked_at IS DISTINCT FROM OLD.picked_at THEN 'purchase.ready'
                ELSE 'purchase.picking' END, NEW.id);
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER purchase_event_picking AFTER UPDATE OF picking_since, picked_at ON purchase
    FOR EACH ROW WHEN ((OLD.picking_since, OLD.picked_at) IS DISTINCT FROM (NEW.picking_since, NEW.picked_at))
    EXECUTE FUNCTION note_picking_event();
