-- edition 2
-- What is handed over is invoiced in the same transaction, whoever hands it over: at a till, by a number of the till's. What was
-- struck is not.
CREATE OR REPLACE FUNCTION issue_invoice() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM issue_document(
                'invoice', coalesce(NEW.collected_at_till, 'web'), NEW.id, array_agg(l.id ORDER BY l.id), array_agg(l.quantity ORDER BY l.id),
                array_agg(l.total ORDER BY l.id))
            FROM purchase_line l WHERE l.purchase_id = NEW.id AND l.quantity > 0;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER purchase_invoice AFTER UPDATE OF status ON purchase
    FOR EACH ROW WHEN (OLD.status <> 'collected' AND NEW.status = 'collected') EXECUTE FUNCTION issue_invoice();
