-- edition 1
-- A purchase ends once: nothing leads out of collected or cancelled.
CREATE OR REPLACE FUNCTION keep_purchase_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'a % purchase cannot change its status', OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_ended', TABLE = 'purchase', COLUMN = 'status';
    END
    $$;
