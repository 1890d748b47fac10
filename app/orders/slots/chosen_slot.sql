-- edition 1
-- What a checkout finds of the window that it names by its start: the word for why not, or '', and until when it is and how
-- many places it has. Nothing is locked: the CHECK of the window's row sees who takes the last place meanwhile. NULL is who has named none.
CREATE OR REPLACE FUNCTION chosen_slot(start timestamptz) RETURNS TABLE (refused text, ends_at timestamptz, capacity integer)
    LANGUAGE sql STABLE
    AS $$
        SELECT CASE
                   WHEN start IS NULL THEN 'slot_required'
                   WHEN w.capacity IS NULL THEN 'no_such_slot'
                   WHEN w.order_until <= now() THEN 'slot_closed'
                   WHEN w.capacity <= (SELECT s.taken FROM slot s WHERE s.starts_at = start) THEN 'slot_full'
                   ELSE '' END,
               w.ends_at, w.capacity
        FROM slot_plan p
        LEFT JOIN slot_windows(start::date, start::date) w
            ON w.starts_at = start AND start::date <= CURRENT_DATE + p.days_ahead
    $$;
