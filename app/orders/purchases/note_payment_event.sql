-- edition 1
-- Writes down that money was taken for a purchase, or given back. check_payment has locked the purchase.
CREATE OR REPLACE FUNCTION note_payment_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO event (kind, purchase_id, detail)
            VALUES (CASE NEW.kind WHEN 'payment' THEN 'payment.taken' ELSE 'payment.refunded' END, NEW.purchase_id,
                    jsonb_build_object('payment', NEW.id));
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER payment_event AFTER INSERT ON payment
    FOR EACH ROW EXECUTE FUNCTION note_payment_event();
