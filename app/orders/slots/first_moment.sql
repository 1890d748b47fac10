-- edition 1
-- The first moment at which the clock on the wall of the session's time zone shows so much, or more. In the night in which
-- the clock is put back, a time that it shows twice is the first of both; where it is put forward, a time that it leaves out
-- is the moment of the change. So what is later by the clock is never earlier, and windows one after the other neither
-- overlap nor have gaps, whatever the clock does. Of two moments PostgreSQL's own answer is the later one, and of none one
-- behind the change; where there was no change just before, it is right. (An expression, so that it becomes a part of its query.)
CREATE OR REPLACE FUNCTION first_moment(clock timestamp) RETURNS timestamptz
    LANGUAGE sql STABLE
    AS $$
        SELECT CASE
            WHEN clock::timestamptz::timestamp = clock
                AND (clock::timestamptz - interval '3 hours')::timestamp = clock - interval '3 hours' THEN clock::timestamptz
            ELSE moment_at_change(clock) END
    $$;
