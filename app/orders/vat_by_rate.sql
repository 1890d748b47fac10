-- edition 1
-- What is charged at each rate of VAT, which prices include, and the VAT in it: rounded once for each rate. Sorted first, a
-- basket's few lines are grouped without a hash; OFFSET 0 has the VAT worked out once, and not wherever it is named.
CREATE OR REPLACE FUNCTION vat_by_rate(totals numeric[], rates numeric[])
    RETURNS TABLE (rate numeric, gross numeric, net numeric, vat numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT v.rate, v.gross, v.gross - v.vat, v.vat
        FROM (
            SELECT g.rate, g.gross, vat_amount(g.gross, g.rate) AS vat
            FROM (
                SELECT l.rate, sum(l.total) AS gross
                FROM (SELECT * FROM unnest(totals, rates) AS l (total, rate) ORDER BY l.rate) l
                GROUP BY l.rate
            ) g
            OFFSET 0
        ) v
    $$;
