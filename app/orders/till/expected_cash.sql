-- edition 1
-- The cash that is in the drawer of a session, if nobody made a mistake: its float, what was paid in cash less what was given
-- back, as it was rounded, and what else was put in less what was taken out.
CREATE OR REPLACE FUNCTION expected_cash(of_session bigint) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
        SELECT s.float
            + coalesce((
                SELECT sum(CASE y.kind WHEN 'payment' THEN y.amount + y.rounding ELSE -y.amount - y.rounding END)
                FROM payment y WHERE y.session_id = s.id AND y.method = 'cash'), 0)
            + coalesce((
                SELECT sum(CASE c.kind WHEN 'pay_in' THEN c.amount ELSE -c.amount END)
                FROM cash_movement c WHERE c.session_id = s.id), 0)
        FROM till_session s WHERE s.id = of_session
    $$;
