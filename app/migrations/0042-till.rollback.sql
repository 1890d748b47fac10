DROP FUNCTION IF EXISTS note_till_event() CASCADE;
DROP FUNCTION IF EXISTS expected_cash(bigint);
ALTER TABLE payment DROP COLUMN session_id, DROP COLUMN rounding, DROP COLUMN tendered;
DROP TABLE cash_movement;
DROP TABLE till_session;
