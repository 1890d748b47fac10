-- edition 1
-- Takes a place in a window of so many; whoever wants one of the same waits here until it is clear whether it was taken.
-- Where there is none left, `slot_full` is violated.
CREATE OR REPLACE FUNCTION take_slot(start timestamptz, until timestamptz, places integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO slot AS s (starts_at, ends_at, capacity, taken) VALUES (start, until, places, 1)
            ON CONFLICT (starts_at) DO UPDATE SET taken = s.taken + 1, capacity = EXCLUDED.capacity, ends_at = EXCLUDED.ends_at
            WHERE s.taken < EXCLUDED.capacity;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the window has no place left'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'slot_full', TABLE = 'slot';
        END IF;
    END
    $$;
