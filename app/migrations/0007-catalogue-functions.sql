-- depends: 0006-search-words

-- What a rate leaves of a list price: rounded once, half up. The view offer says the same of whole products.
CREATE FUNCTION reduced_price(price numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT round(price * (1 - rate), 2) $$;

-- The lowest list price, in whole cents, of which a rate leaves that much at least. A rate keeps prices in their order,
-- so that an index on list prices finds reduced ones.
CREATE FUNCTION list_price_from(reduced numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ceil(100 * (reduced - 0.005) / (1 - rate)) / 100 $$;

-- Both views give nobody more rights than he has: PostgreSQL lets simple views be written through.
CREATE VIEW running_discount WITH (security_invoker = true) AS
    SELECT d.id, d.code, d.name, d.rate FROM discount d
    WHERE d.active AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);

-- What availability says of what can be sold, for reads of single products: without the rest, it takes half the time.
CREATE VIEW sellable WITH (security_invoker = true) AS
    SELECT l.product_id,
           (l.on_hand - l.allocated - coalesce((
               SELECT sum(s.on_hand - s.allocated) FROM stock s
               WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE), 0)
           )::numeric(12,3) AS available
    FROM stock_level l;

-- The beginning of a word, and what is left of it without any one or two of its letters. Words of which one becomes the
-- other by two changes have one of these forms in common: a change takes at most one letter from each. Seven letters are
-- enough to tell words apart, and keep the forms few.
CREATE FUNCTION near_forms(word text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        beginning text := left(word, 7);
        letters integer := length(beginning);
        forms text[] := ARRAY[beginning];
        shorter text;
    BEGIN
        FOR one IN 1 .. letters LOOP
            shorter := left(beginning, one - 1) || substr(beginning, one + 1);
            forms := forms || shorter;
            FOR other IN one .. letters - 1 LOOP
                forms := forms || (left(shorter, other - 1) || substr(shorter, other + 1));
            END LOOP;
        END LOOP;
        RETURN forms;
    END
    $$;

-- Words with figures are learnt too: only who knows all words can say that nothing else begins with one.
CREATE FUNCTION learn_words_with_figures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme ~ '[0-9]'
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_learn_words_with_figures AFTER INSERT OR UPDATE OF search_text, name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION learn_words_with_figures();
INSERT INTO product_word (word)
    SELECT DISTINCT l.lexeme FROM product p CROSS JOIN LATERAL unnest(p.search) AS l
    WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme ~ '[0-9]'
    ORDER BY l.lexeme
    ON CONFLICT (word) DO NOTHING;

-- How to ask for all that begins with a known word: by the word alone where nothing else does. An index then looks for that
-- among what it found for the other words; for a beginning it would first collect all that has one.
CREATE FUNCTION beginning_with(known text) RETURNS text
    LANGUAGE sql STABLE STRICT
    AS $$
        SELECT quote_literal(known) || CASE WHEN every(following.word = known) THEN '' ELSE ':*' END
        FROM (
            -- Not LIKE: a plan that is to do for any word has no index for it.
            SELECT w.word FROM product_word w WHERE w.word ~>=~ known ORDER BY w.word USING ~<~ LIMIT 2
        ) following
        WHERE starts_with(following.word, known)
    $$;

-- What a word of a search stands for: as meant_words() says, but found by indexes, however many words are known. A right
-- first letter counts; nobody misspells what has figures in it.
CREATE FUNCTION sought_words(typed text) RETURNS tsquery
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
