-- The version before could not tell when these are collected.
DO $$
BEGIN
    IF EXISTS (SELECT FROM purchase WHERE slot_start IS NOT NULL AND status = 'placed') THEN
        RAISE EXCEPTION 'there are purchases to be collected in slots: the version before cannot tell of them';
    END IF;
END $$;

DROP FUNCTION IF EXISTS place_order(uuid, text, text, numeric, text, integer, integer, numeric, numeric, integer);
DROP FUNCTION IF EXISTS place_basket(uuid, text, text, numeric, text, integer, integer, numeric, numeric, integer, timestamptz);
DROP FUNCTION IF EXISTS give_slot_back() CASCADE;
DROP FUNCTION IF EXISTS chosen_slot(timestamptz);
DROP FUNCTION IF EXISTS slot_windows(date, date);
DROP FUNCTION IF EXISTS first_moment(timestamp);
DROP FUNCTION IF EXISTS moment_at_change(timestamp);
ALTER TABLE purchase DROP COLUMN slot_start, DROP COLUMN slot_end;
DROP TABLE slot;
DROP TABLE slot_hours;
DROP TABLE slot_exception;
DROP TABLE slot_plan;
