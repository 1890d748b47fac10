-- edition 1
-- Nothing is handed over while it is picked, nor before what was paid too much went back; whoever does it, workers of the
-- version before among them, who know of neither.
CREATE OR REPLACE FUNCTION keep_purchase_picked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'a purchase that is picked, or owes something, is not handed over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_picked', TABLE = 'purchase', COLUMN = 'status';
    END
    $$;
CREATE OR REPLACE TRIGGER purchase_picked BEFORE UPDATE OF status ON purchase FOR EACH ROW
    WHEN (NEW.status = 'collected' AND OLD.status = 'placed'
        AND (NEW.picking_since IS NOT NULL AND NEW.picked_at IS NULL OR NEW.paid > NEW.total))
    EXECUTE FUNCTION keep_purchase_picked();
