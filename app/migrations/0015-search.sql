-- depends: 0014-import

-- Any text as plain words with single blanks between them: without case and accents, with nothing in it that PostgreSQL's
-- parser of text, or a query, would read in its own way. What is stored and what is sought both come through here, so a
-- text always meets itself. Letters and figures never share a word: so "330ml" meets "330 ml", and "wd40" meets "WD-40".
-- Named by their numbers, not as [[:alnum:]], which would depend on the database's collation.
CREATE FUNCTION search_words(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        -- What is not seen goes; a fraction is no part of the number before it.
        plain text := regexp_replace(value, '[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g');
    BEGIN
        plain := regexp_replace(plain, '([\u00bc-\u00be\u2150-\u215f\u2189])', ' \1 ', 'g');
        plain := plain_text(normalize(plain, NFKC));
        -- Accents of letters that are not written in one with them.
        plain := regexp_replace(normalize(plain, NFKC), '[\u0300-\u036f]', '', 'g');
        -- All that is no letter, mark or figure: punctuation, signs, blanks, pictures.
        plain := regexp_replace(plain, '[\u0001-\u002b\u002d\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1'
            '\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u02c2-\u02df\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c\u061b\u061f'
            '\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020'
            '\u3030\u30fb\ue000-\uf8ff\ufe10-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]', ' ', 'g');
        -- A point or comma between figures is the number's, any other one ends a word.
        plain := translate(regexp_replace(plain, '(?<![0-9])[.,]|[.,](?![0-9])', ' ', 'g'), ',', '.');
        plain := regexp_replace(plain, '([0-9])([^0-9. ])', '\1 \2', 'g');
        plain := regexp_replace(plain, '([^0-9. ])([0-9])', '\1 \2', 'g');
        -- PostgreSQL refuses lexemes above 2 KiB, and nobody types so long a word.
        plain := regexp_replace(plain, '([^ ]{60})[^ ]+', '\1', 'g');
        RETURN btrim(regexp_replace(plain, ' +', ' ', 'g'));
    END
    $$;

-- What `q` looks in: the words of the product's name, its brand's and its category's. "&" may be looked for as "and".
-- because it is called with the same; what it returns is as good to old workers, who ask for words of it
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION product_search_text(name text, brand bigint, category bigint) RETURNS text
    LANGUAGE sql STABLE
    AS $$
        SELECT search_words(regexp_replace(concat_ws(' ', name,
            (SELECT b.name FROM brand b WHERE b.id = brand), (SELECT c.name FROM category c WHERE c.id = category)),
            '[&\ufe60\uff06]', ' and ', 'g'))
    $$;

-- What is made anew of a product by itself, without a change of what it is made of, is no change of the product.
-- because old workers make nothing anew but by a trigger of ours
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW
    WHEN (NEW.search_text = OLD.search_text
        OR (NEW.name, NEW.brand_id, NEW.category_id) IS DISTINCT FROM (OLD.name, OLD.brand_id, OLD.category_id))
    EXECUTE FUNCTION stamp_update();

-- Brands and categories whose products are not all found by their new name yet: those up to `done` are.
CREATE TABLE renamed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    brand_id bigint CONSTRAINT renamed_brand_id_key UNIQUE REFERENCES brand ON DELETE CASCADE,
    category_id bigint CONSTRAINT renamed_category_id_key UNIQUE REFERENCES category ON DELETE CASCADE,
    done bigint NOT NULL DEFAULT 0,
    CHECK (num_nonnulls(brand_id, category_id) = 1)
);

-- Renews what `q` looks in for up to so many products of what was renamed, and returns how many it came to. What somebody
-- else renews at the same moment is left to them.
CREATE FUNCTION renew_product_search(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        mark renamed;
        ids bigint[];
        came_to integer := 0;
    BEGIN
        LOOP
            SELECT * INTO mark FROM renamed ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
            EXIT WHEN NOT FOUND OR came_to >= most;
            ids := CASE WHEN mark.brand_id IS NULL THEN ARRAY(
                SELECT p.id FROM product p WHERE p.category_id = mark.category_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            ELSE ARRAY(
                SELECT p.id FROM product p WHERE p.brand_id = mark.brand_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            END;
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids) AND p.search_text <> product_search_text(p.name, p.brand_id, p.category_id);
            came_to := came_to + cardinality(ids);
            IF came_to < most THEN
                DELETE FROM renamed WHERE id = mark.id;
            ELSE
                UPDATE renamed SET done = ids[cardinality(ids)] WHERE id = mark.id;
            END IF;
        END LOOP;
        RETURN came_to;
    END
    $$;

-- A few products are renewed at once. Many would hold up the rename until its statement was ended: `tidy` goes through
-- them in steps.
-- because triggers call it with the same, and nobody waits for what it leaves to be done
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION rename_in_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ids bigint[];
        few CONSTANT integer := 200;
    BEGIN
        IF TG_TABLE_NAME = 'brand' THEN
            ids := ARRAY(SELECT p.id FROM product p WHERE p.brand_id = NEW.id LIMIT few + 1);
        ELSE
            ids := ARRAY(SELECT p.id FROM product p WHERE p.category_id = NEW.id LIMIT few + 1);
        END IF;
        IF cardinality(ids) <= few THEN
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids);
        ELSIF TG_TABLE_NAME = 'brand' THEN
            INSERT INTO renamed (brand_id) VALUES (NEW.id) ON CONFLICT (brand_id) DO UPDATE SET done = 0;
        ELSE
            INSERT INTO renamed (category_id) VALUES (NEW.id) ON CONFLICT (category_id) DO UPDATE SET done = 0;
        END IF;
        RETURN NULL;
    END
    $$;

-- How well a name fits what is sought: a whole number, so that a cursor can hold it exactly. Words of the name count, then
-- how much they are of the name, and of its beginning, which says what the thing is: "Apples" of "Apples, loose".
CREATE FUNCTION relevance(words text[], name text) RETURNS integer
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

-- What each of these words may stand for: what sought_words() says, what it is together with its neighbour ("ice cream",
-- where "icecream" is known), or two known words one after the other ("icecream", where both are known).
CREATE FUNCTION sought_terms(words text[]) RETURNS tsquery[]
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

-- What finds the products that have the most of these terms; nothing if some have all of them, or none has any. `offered`
-- says which products count. Of a term that very many have, some hundreds are looked at; of a single letter or figure none
-- are, as nearly all have a word that begins with it.
CREATE FUNCTION best_part(terms tsquery[], offered boolean) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        best tsquery;
        part tsquery;
        had integer[];
        given CONSTANT integer := cardinality(terms);
    BEGIN
        terms := ARRAY(
            SELECT t.term FROM unnest(terms) WITH ORDINALITY AS t (term, n)
            WHERE t.term::text !~ '^''.''(:\*)?$' ORDER BY t.n);
        FOR had IN
            WITH term (sought, n) AS (SELECT * FROM unnest(terms) WITH ORDINALITY),
            sampled (id) AS (
                SELECT DISTINCT found.id FROM term CROSS JOIN LATERAL (
                    SELECT p.id FROM product p WHERE p.search @@ term.sought LIMIT 300) found),
            scored (had) AS (
                SELECT DISTINCT ARRAY(SELECT t.n FROM term t WHERE p.search @@ t.sought ORDER BY t.n)
                FROM sampled JOIN product p ON p.id = sampled.id WHERE p.active = offered)
            SELECT s.had FROM scored s WHERE cardinality(s.had) = (SELECT max(cardinality(m.had)) FROM scored m)
        LOOP
            IF cardinality(had) = given THEN
                RETURN NULL;
            END IF;
            part := terms[had[1]];
            FOR n IN 2 .. cardinality(had) LOOP
                part := part && terms[had[n]];
            END LOOP;
            best := coalesce(best || part, part);
        END LOOP;
        RETURN best;
    END
    $$;

-- What somebody looks for: its first eight words, the query that finds the products with all of them (or, where none has
-- and that is asked for, with the most of them), and the products that it names: by code, by GTIN in any spelling, or by
-- the whole name.
CREATE FUNCTION sought_products(typed text, in_part boolean, offered boolean)
    RETURNS TABLE (words text[], query tsquery, named bigint[])
    LANGUAGE plpgsql STABLE STRICT ROWS 1
    AS $$
    DECLARE
        line text := btrim(typed);
        digits text := regexp_replace(typed, '[ -]', '', 'g');
        terms tsquery[];
    BEGIN
        words := ARRAY(
            SELECT w.word FROM string_to_array(search_words(typed), ' ') AS t (typed)
            CROSS JOIN LATERAL unnest(t.typed) WITH ORDINALITY AS w (word, place)
            WHERE w.word <> '' GROUP BY w.word ORDER BY min(w.place) LIMIT 8);
        terms := sought_terms(words);
        IF in_part THEN
            query := best_part(terms, offered);
        ELSE
            query := terms[1];
            FOR n IN 2 .. cardinality(terms) LOOP
                query := query && terms[n];
            END LOOP;
        END IF;
        named := ARRAY(
            SELECT p.id FROM product p WHERE p.code IN (line, lower(line), upper(line))
            UNION
            SELECT p.id FROM product p WHERE digits ~ '^([0-9]{8}|[0-9]{12,14})$'
                AND p.gtin IN (SELECT lpad(ltrim(digits, '0'), length, '0') FROM unnest('{8,12,13,14}'::integer[]) AS length
                    WHERE length >= length(ltrim(digits, '0')))
            UNION
            (SELECT p.id FROM product p WHERE p.active = offered AND plain_text(p.name) = plain_text(line) LIMIT 100));
        RETURN NEXT;
    END
    $$;
