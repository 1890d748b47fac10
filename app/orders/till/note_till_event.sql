-- edition 1
-- Writes down that a till was opened or closed.
CREATE OR REPLACE FUNCTION note_till_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO event (kind, detail)
            VALUES (CASE TG_OP WHEN 'INSERT' THEN 'till.opened' ELSE 'till.closed' END, jsonb_build_object('session', NEW.id));
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER till_opened_event AFTER INSERT ON till_session
    FOR EACH ROW EXECUTE FUNCTION note_till_event();
CREATE OR REPLACE TRIGGER till_closed_event AFTER UPDATE OF closed_at ON till_session
    FOR EACH ROW EXECUTE FUNCTION note_till_event();
