ALTER TABLE payment
    DROP CONSTRAINT payment_session_id_fkey,
    ADD CONSTRAINT payment_session_id_fkey FOREIGN KEY (session_id) REFERENCES till_session NOT VALID,
    DROP CONSTRAINT payment_cash_check,
    ADD CONSTRAINT payment_cash_check CHECK (method = 'cash' OR rounding = 0 AND tendered IS NULL) NOT VALID,
    DROP CONSTRAINT payment_rounding_check,
    ADD CONSTRAINT payment_rounding_check CHECK (abs(rounding) < 1 AND amount + rounding >= 0) NOT VALID,
    DROP CONSTRAINT payment_tendered_check,
    ADD CONSTRAINT payment_tendered_check CHECK (
        tendered IS NULL OR kind = 'payment' AND tendered >= amount + rounding AND tendered < 'NaN') NOT VALID;
