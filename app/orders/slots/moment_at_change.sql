-- edition 1
-- What first_moment says where the clock was changed in the three hours before: found minute by minute. Clocks are changed by
-- no more than that, at a full minute.
CREATE OR REPLACE FUNCTION moment_at_change(clock timestamp) RETURNS timestamptz
    LANGUAGE sql STABLE
    AS $$
        SELECT min(t) FROM generate_series(
            clock::timestamptz - interval '3 hours', clock::timestamptz, interval '1 minute') t
        WHERE t::timestamp >= clock
    $$;
