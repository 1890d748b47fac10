-- depends: 0043-till-indexed

ALTER TABLE payment VALIDATE CONSTRAINT payment_session_id_fkey, VALIDATE CONSTRAINT payment_cash_check,
    VALIDATE CONSTRAINT payment_rounding_check, VALIDATE CONSTRAINT payment_tendered_check;
