-- edition 1
-- The first moment at which the clock on the wall of the session's time zone shows so much, or more. In the night in which
-- the clock is put back, a time that it shows twice is the first of both; where it is put forward, a time that it leaves out
-- is the moment of the change. So what is later by the clock is never earlier, and windows one after the other neither
-- overlap nor have gaps, whatever the clock does.
CREATE OR REPLACE FUNCTION first_moment(clock timestamp) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT
    AS $$
        -- PostgreSQL's own answer is the later one, and behind the change. Clocks are changed by up to three hours, at a
        -- full minute: where they were not just now, that answer is right.
        SELECT CASE
            WHEN clock::timestamptz::timestamp = clock
                AND (clock::timestamptz - interval '3 hours')::timestamp = clock - interval '3 hours' THEN clock::timestamptz
            ELSE (
                SELECT min(t) FROM generate_series(
                    clock::timestamptz - interval '3 hours', clock::timestamptz, interval '1 minute') t
                WHERE t::timestamp >= clock) END
    $$;
