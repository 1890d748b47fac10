-- edition 2
-- Each line's part of the VAT of its rate, in proportion to what it costs: whole cents by largest remainder, so that the
-- parts make the sum. Of equal remainders the earlier line's gets the cent. The quotients are of whole numbers, so exact; those
-- below 0, of lines that give money back, are rounded down too. Where some at a rate take and some give, what they all come to
-- says little of any: then a line's part is the VAT in it.
-- With one line of each rate comes what vat_by_rate says of the rate.
CREATE OR REPLACE FUNCTION vat_of_lines(totals numeric[], rates numeric[])
    RETURNS TABLE (place bigint, vat numeric, of_rate charged_at_rate)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT s.place,
               0.01 * CASE WHEN s.cents_left >= row_number() OVER (PARTITION BY s.rate ORDER BY s.remainder DESC, s.place)
                   THEN s.cents + 1 ELSE s.cents END,
               CASE s.nth WHEN 1 THEN (s.rate, s.gross, s.gross - s.vat, s.vat)::charged_at_rate END
        FROM (
            SELECT *, 100 * q.vat - sum(q.cents) OVER (PARTITION BY q.rate) AS cents_left
            FROM (
                SELECT g.*, v.vat, coalesce(div(p.part - r.remainder, p.whole), 0) AS cents, coalesce(r.remainder, 0) AS remainder
                FROM (
                    SELECT l.place, l.rate, l.total, sum(l.total) OVER (PARTITION BY l.rate) AS gross,
                           row_number() OVER (PARTITION BY l.rate) AS nth,
                           min(l.total) OVER (PARTITION BY l.rate) < 0 AND max(l.total) OVER (PARTITION BY l.rate) > 0 AS mixed
                    FROM unnest(totals, rates) WITH ORDINALITY AS l (total, rate, place)
                ) g
                CROSS JOIN LATERAL (SELECT vat_amount(g.gross, g.rate) AS vat) v
                -- All of it may be free.
                CROSS JOIN LATERAL (
                    SELECT 100 * g.total * CASE WHEN g.mixed THEN g.rate ELSE abs(v.vat) END AS part,
                           CASE WHEN g.mixed THEN 1 + g.rate ELSE nullif(abs(g.gross), 0) END AS whole
                ) p
                CROSS JOIN LATERAL (SELECT mod(mod(p.part, p.whole) + p.whole, p.whole) AS remainder) r
            ) q
        ) s
    $$;
