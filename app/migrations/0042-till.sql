-- depends: 0038-substitutes

-- What happens at a drawer from its float to its count. One is open at a till at a time; closed ones are numbered without gaps.
CREATE TABLE till_session (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    till text NOT NULL CHECK (till ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    float numeric(12,2) NOT NULL CHECK (float >= 0 AND float < 'NaN'),
    opened_by bigint REFERENCES login,
    opened_at timestamptz NOT NULL DEFAULT now(),
    number integer CHECK (number > 0),
    expected numeric(12,2) CHECK (expected < 'NaN'),
    counted numeric(12,2) CHECK (counted >= 0 AND counted < 'NaN'),
    closed_by bigint REFERENCES login,
    closed_at timestamptz,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 200),
    CONSTRAINT till_session_number_key UNIQUE (till, number),
    CONSTRAINT till_session_closed_check CHECK (
        num_nulls(number, expected, counted, closed_at) = CASE WHEN closed_at IS NULL THEN 4 ELSE 0 END)
);
CREATE UNIQUE INDEX till_session_open_key ON till_session (till) WHERE closed_at IS NULL;

-- Cash that is no sale's: change from the bank, cash for a supplier.
CREATE TABLE cash_movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_id bigint NOT NULL CONSTRAINT cash_movement_session_id_fkey REFERENCES till_session,
    kind text NOT NULL CHECK (kind IN ('pay_in', 'pay_out')),
    amount numeric(12,2) NOT NULL CHECK (amount > 0 AND amount < 'NaN'),
    reason text NOT NULL CHECK (length(reason) >= 1 AND length(reason) <= 200),
    login_id bigint REFERENCES login,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cash_movement_session_id ON cash_movement (session_id, id);
CREATE TRIGGER cash_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cash_movement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where money was taken or given back; by how much its cash was rounded, up or down; and what was handed over for it.
ALTER TABLE payment
    ADD COLUMN session_id bigint,
    ADD COLUMN rounding numeric(12,2) NOT NULL DEFAULT 0,
    ADD COLUMN tendered numeric(12,2),
    ADD CONSTRAINT payment_session_id_fkey FOREIGN KEY (session_id) REFERENCES till_session NOT VALID,
    ADD CONSTRAINT payment_cash_check CHECK (method = 'cash' OR rounding = 0 AND tendered IS NULL) NOT VALID,
    ADD CONSTRAINT payment_rounding_check CHECK (abs(rounding) < 1 AND amount + rounding >= 0) NOT VALID,
    ADD CONSTRAINT payment_tendered_check CHECK (
        tendered IS NULL OR kind = 'payment' AND tendered >= amount + rounding AND tendered < 'NaN') NOT VALID;
