-- edition 2
-- Never paid above the total, never refunded above what was paid; bottles that were given back have paid too. The purchase's row
-- is the lock.
CREATE OR REPLACE FUNCTION check_payment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        owed numeric;
        balance numeric;
    BEGIN
        SELECT total INTO owed FROM purchase WHERE id = NEW.purchase_id FOR UPDATE;
        SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END), 0) INTO balance
            FROM payment WHERE purchase_id = NEW.purchase_id;
        IF NEW.kind = 'payment' AND balance + NEW.amount > owed THEN
            RAISE EXCEPTION 'a payment above what is owed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_above_total', TABLE = 'payment', COLUMN = 'amount';
        ELSIF NEW.kind = 'refund' AND NEW.amount > balance AND NEW.amount > balance - (
            SELECT coalesce(sum(l.total), 0) FROM purchase_line l WHERE l.purchase_id = NEW.purchase_id AND l.price < 0)
        THEN
            RAISE EXCEPTION 'a refund above what was paid'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_above_paid', TABLE = 'payment', COLUMN = 'amount';
        END IF;
        UPDATE purchase SET paid = balance + CASE NEW.kind WHEN 'payment' THEN NEW.amount ELSE -NEW.amount END
            WHERE id = NEW.purchase_id;
        RETURN NEW;
    END
    $$;
