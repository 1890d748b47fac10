-- edition 2
-- The words of new products, those of ingredients too, are learnt once a statement, in one order for all of its rows: half the time of an import,
-- and no two that come in together can wait for each other. PostgreSQL has no such trigger for named columns: updates keep theirs.
CREATE OR REPLACE FUNCTION learn_words_of_new_products() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        INSERT INTO product_word (word)
            SELECT DISTINCT l.lexeme FROM added p CROSS JOIN LATERAL unnest(coalesce(p.search_with_ingredients, p.search)) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
