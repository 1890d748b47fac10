-- edition 1
-- Writes down that an invoice or a credit note was issued.
CREATE OR REPLACE FUNCTION note_document_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO event (kind, purchase_id, detail)
            VALUES ('document.issued', NEW.purchase_id, jsonb_build_object('document', NEW.id));
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER document_event AFTER INSERT ON document
    FOR EACH ROW EXECUTE FUNCTION note_document_event();
