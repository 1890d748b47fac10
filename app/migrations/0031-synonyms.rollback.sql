DROP FUNCTION IF EXISTS synonymous_terms(text[]);
CREATE OR REPLACE FUNCTION sought_terms(words text[]) RETURNS tsquery[]
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        terms tsquery[] := '{}';
        term tsquery;
        whole tsquery;
        joined text;
        known boolean;
        halves record;
    BEGIN
        FOR n IN 1 .. cardinality(words) LOOP
            -- A letter behind a number is its unit, and no beginning.
            term := CASE WHEN length(words[n]) = 1 AND words[n - 1] ~ '[0-9]'
                THEN to_tsquery('public.grocery', quote_literal(words[n])) ELSE sought_words(words[n]) END;
            terms[n] := coalesce(terms[n] || term, term);
            CONTINUE WHEN words[n] ~ '[0-9]';
            joined := words[n] || words[n + 1];
            SELECT starts_with(w.word, joined) INTO known
                FROM product_word w WHERE w.word ~>=~ joined ORDER BY w.word USING ~<~ LIMIT 1;
            IF known AND joined !~ '[0-9]' AND length(joined) BETWEEN 3 AND 60 THEN
                whole := to_tsquery('public.grocery', quote_literal(joined) || ':*');
                terms[n] := terms[n] || whole;
                terms[n + 1] := whole;
            END IF;
            FOR halves IN
                SELECT h.first, h.second
                FROM generate_series(1, length(words[n]) - 1) AS cut
                CROSS JOIN LATERAL (SELECT left(words[n], cut) AS first, substr(words[n], cut + 1) AS second) h
                WHERE greatest(length(h.first), length(h.second)) >= 3
                    -- Not EXISTS: PostgreSQL may answer that by a look at all words.
                    AND (length(h.first) < 3 OR (SELECT true FROM product_word w WHERE w.word = h.first))
                    AND (length(h.second) < 3 OR (
                        SELECT starts_with(w.word, h.second) FROM product_word w
                        WHERE w.word ~>=~ h.second ORDER BY w.word USING ~<~ LIMIT 1))
            LOOP
                terms[n] := terms[n] || tsquery_phrase(
                    to_tsquery('public.grocery', quote_literal(halves.first)),
                    to_tsquery('public.grocery', quote_literal(halves.second) || ':*'));
            END LOOP;
        END LOOP;
        RETURN terms;
    END
    $$;
DROP TABLE synonym;
DROP TABLE synonym_list;
