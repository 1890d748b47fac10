-- edition 1
-- First expired, first out: what to take of which of one product's lots, each with so much free and an expiry or none,
-- where so much of what comes first is reserved for others. Lots that do not keep until a day, if one is given, come
-- behind those that do. What never expires goes last, of two that expire together the older one goes first. Less than
-- was wanted comes back where all of them together hold less.
CREATE OR REPLACE FUNCTION fefo(
        lots bigint[], free numeric[], expiries date[], wanted numeric, reserved numeric, keep_until date)
    RETURNS TABLE (stock_id bigint, quantity numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT q.lot, least(q.before + q.free, reserved + wanted) - greatest(q.before, reserved)
        FROM (
            SELECT f.lot, f.free,
                   coalesce(sum(f.free) OVER (
                       ORDER BY coalesce(f.expires_on < keep_until, false), f.expires_on NULLS LAST, f.lot
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM unnest(lots, free, expiries) AS f (lot, free, expires_on)
        ) q
        WHERE least(q.before + q.free, reserved + wanted) > greatest(q.before, reserved)
    $$;
