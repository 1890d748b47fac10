-- edition 1
-- What a word of a search stands for, found by indexes, however many words are known: what begins with it, or else what is
-- nearest to it. A right first letter counts; nobody misspells what has figures in it.
CREATE OR REPLACE FUNCTION sought_words(typed text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        plain text := plain_text(typed);
        letters integer := length(plain);
        most integer := CASE WHEN letters < 6 THEN 1 ELSE 2 END;
        -- As it was typed: without accents, nothing might be left of it.
        literal tsquery := to_tsquery('public.grocery', quote_literal(typed) || ':*');
        known boolean;
        near tsquery;
    BEGIN
        IF letters < 3 OR letters > 60 OR plain ~ '[0-9]' THEN
            RETURN literal;
        END IF;
        SELECT starts_with(w.word, plain) INTO known
            FROM product_word w WHERE w.word ~>=~ plain ORDER BY w.word USING ~<~ LIMIT 1;
        IF known THEN
            RETURN CASE WHEN beginning_with(plain) = quote_literal(plain)
                THEN to_tsquery('public.grocery', quote_literal(typed)) ELSE literal END;
        END IF;
        SELECT to_tsquery('simple', string_agg(beginning_with(n.word), ' | ')) INTO near
        FROM (
            SELECT d.word, rank() OVER (ORDER BY d.distance, left(d.word, 1) <> left(plain, 1)) AS place
            FROM (
                SELECT w.word, levenshtein_less_equal(w.word, plain, 2) AS distance FROM product_word w
                WHERE near_forms(w.word) && near_forms(plain) AND w.word !~ '[0-9]'
                    AND length(w.word) BETWEEN letters - 2 AND letters + 2
            ) d
            WHERE d.distance <= most OR d.distance = 2 AND length(d.word) = letters
                AND (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(d.word, NULL)) c)
                  = (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(plain, NULL)) c)
        ) n
        WHERE n.place = 1;
        RETURN coalesce(near, literal);
    END
    $$;
