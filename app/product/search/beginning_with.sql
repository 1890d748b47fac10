-- edition 1
-- How to ask for all that begins with a known word: by the word alone where nothing else does. An index then looks for that
-- among what it found for the other words; for a beginning it would first collect all that has one.
CREATE OR REPLACE FUNCTION beginning_with(known text) RETURNS text
    LANGUAGE sql STABLE STRICT
    AS $$
        SELECT quote_literal(known) || CASE WHEN every(following.word = known) THEN '' ELSE ':*' END
        FROM (
            -- Not LIKE: a plan that is to do for any word has no index for it.
            SELECT w.word FROM product_word w WHERE w.word ~>=~ known ORDER BY w.word USING ~<~ LIMIT 2
        ) following
        WHERE starts_with(following.word, known)
    $$;
