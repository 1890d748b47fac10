-- edition 1
-- What staff says of these words: for each that has synonyms, alone or with one or two behind it, from which word to which it
-- is, and what finds the others of its group. Words of several are looked for next to each other.
CREATE OR REPLACE FUNCTION synonymous_terms(typed text[]) RETURNS TABLE (first integer, last integer, query tsquery)
    LANGUAGE sql STABLE
    AS $$
        SELECT n, n + more, to_tsquery('public.grocery', (
            SELECT string_agg(concat('(', concat_ws(' <-> ',
                (SELECT string_agg(quote_literal(w.word), ' <-> ' ORDER BY w.place)
                    FROM unnest(parts[:cardinality(parts) - 1]) WITH ORDINALITY AS w (word, place)),
                coalesce(beginning_with(parts[cardinality(parts)]), quote_literal(parts[cardinality(parts)]) || ':*')), ')'), ' | ')
            FROM synonym s, string_to_array(s.words, ' ') AS parts
            WHERE s.number = said.number AND s.words <> said.words))
        FROM generate_series(1, cardinality(typed)) AS n
        CROSS JOIN generate_series(0, 2) AS more
        JOIN synonym said ON said.words = array_to_string(typed[n:n + more], ' ')
        WHERE n + more <= cardinality(typed)
    $$;
