-- depends: 0005-orders

-- Trigrams are too coarse for short words: "mlk" is as near to "ml" as to "milk". Of a word that the catalogue does not
-- know, those are meant that it knows and that take the fewest changes of letters.
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
DROP INDEX product_search_text;

-- Every word that a product was ever found by. Numbers and units are left out: nobody misspells them.
CREATE TABLE product_word (
    word text PRIMARY KEY CHECK (length(word) BETWEEN 3 AND 255)
);
CREATE INDEX product_word_prefix ON product_word (word text_pattern_ops);

CREATE FUNCTION learn_product_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme !~ '[0-9]'
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_learn_words AFTER INSERT OR UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_product_words();
INSERT INTO product_word (word)
    SELECT DISTINCT l.lexeme FROM product p CROSS JOIN LATERAL unnest(p.search) AS l
    WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme !~ '[0-9]';

-- What a word of a search stands for: what begins with it, or else the known words nearest to it. One letter of a short
-- word may be wrong, two of a longer one, and two neighbours may have changed places. A right first letter counts.
CREATE FUNCTION meant_words(typed text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        plain text := plain_text(typed);
        letters integer := length(plain);
        most integer := CASE WHEN letters < 6 THEN 1 ELSE 2 END;
        -- As it was typed: without accents, nothing might be left of it.
        literal tsquery := to_tsquery('public.grocery', quote_literal(typed) || ':*');
        near tsquery;
    BEGIN
        IF letters < 3 OR letters > 60 OR plain ~ '[0-9]'
            OR EXISTS (SELECT FROM product_word WHERE word LIKE plain || '%') THEN
            RETURN literal;
        END IF;
        SELECT to_tsquery('simple', string_agg(quote_literal(n.word) || ':*', ' | ')) INTO near
        FROM (
            SELECT d.word, rank() OVER (ORDER BY d.distance, left(d.word, 1) <> left(plain, 1)) AS place
            FROM (
                SELECT w.word, levenshtein_less_equal(w.word, plain, 2) AS distance FROM product_word w
                WHERE length(w.word) BETWEEN letters - 2 AND letters + 2
            ) d
            WHERE d.distance <= most OR d.distance = 2 AND length(d.word) = letters
                AND (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(d.word, NULL)) c)
                  = (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(plain, NULL)) c)
        ) n
        WHERE n.place = 1;
        RETURN coalesce(near, literal);
    END
    $$;
