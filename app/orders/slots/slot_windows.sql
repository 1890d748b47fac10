-- edition 1
-- The windows of all days from one through another. A window begins when the clock first shows its start, and ends when it
-- first shows its end: one that the clock leaves out is not there, and one that it goes through twice is one window for both
-- times. It can be ordered for until so many minutes before it begins, as they pass and not by the clock.
CREATE OR REPLACE FUNCTION slot_windows(from_day date, until_day date)
    RETURNS TABLE (starts_at timestamptz, ends_at timestamptz, order_until timestamptz, capacity integer)
    LANGUAGE sql STABLE
    AS $$
        SELECT m.starts_at, m.ends_at, m.starts_at - make_interval(mins => h.cutoff), h.capacity
        FROM generate_series(from_day::timestamp, until_day::timestamp, interval '1 day') AS d (midnight)
        JOIN slot_hours h ON h.day = d.midnight::date
            OR h.weekday = extract(isodow FROM d.midnight)
                AND d.midnight::date >= coalesce(h.starts_on, '-infinity') AND d.midnight::date <= coalesce(h.ends_on, 'infinity')
                AND NOT EXISTS (SELECT FROM slot_exception e WHERE e.day = d.midnight::date)
        CROSS JOIN generate_series(h.opens, h.closes - h.minutes, h.minutes) AS w (minute)
        CROSS JOIN LATERAL (
            SELECT first_moment(d.midnight + make_interval(mins => w.minute)) AS starts_at,
                   first_moment(d.midnight + make_interval(mins => w.minute + h.minutes)) AS ends_at
            OFFSET 0
        ) m
        WHERE m.starts_at < m.ends_at
    $$;
