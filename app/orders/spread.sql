-- edition 1
-- So much money shared out in proportion to weights, of which one at least is above 0: whole cents by largest remainder, so
-- that the shares make the sum. Of equal remainders the earlier one gets the cent. The quotients are of whole numbers, so
-- exact; no share is a cent above its part, nor more than its weight where the sum is not more than theirs.
CREATE OR REPLACE FUNCTION spread(amount numeric, weights numeric[]) RETURNS numeric[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT array_agg((0.01 * CASE WHEN s.cents_left >= s.rank THEN s.cents + 1 ELSE s.cents END)::numeric(12,2)
                         ORDER BY s.place)
        FROM (
            SELECT q.place, q.cents, 100 * amount - sum(q.cents) OVER () AS cents_left,
                   row_number() OVER (ORDER BY q.remainder DESC, q.place) AS rank
            FROM (
                SELECT w.place, div(100 * amount * w.weight, sum(w.weight) OVER ()) AS cents,
                       100 * amount * w.weight % sum(w.weight) OVER () AS remainder
                FROM unnest(weights) WITH ORDINALITY AS w (weight, place)
            ) q
        ) s
    $$;
