-- edition 1
-- How well a name fits what is sought: a whole number, so that a cursor can hold it exactly. Words of the name count, then
-- how much they are of the name, and of its beginning, which says what the thing is: "Apples" of "Apples, loose".
CREATE OR REPLACE FUNCTION relevance(words text[], name text) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT round(1000 * (
            coalesce(word_similarity(words[1], name), 0) + coalesce(word_similarity(words[2], name), 0)
            + coalesce(word_similarity(words[3], name), 0) + coalesce(word_similarity(words[4], name), 0)
            + coalesce(word_similarity(words[5], name), 0) + coalesce(word_similarity(words[6], name), 0)
            + coalesce(word_similarity(words[7], name), 0) + coalesce(word_similarity(words[8], name), 0)
            + coalesce(similarity(array_to_string(words, ' '), name), 0)
            + 2 * coalesce(similarity(array_to_string(words, ' '), coalesce(substring(name FROM '^[^,;:(0-9]+'), name)), 0)
        ))::integer
    $$;
