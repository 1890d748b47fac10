-- edition 2
-- What somebody looks for: its first eight words, the query that finds the products with all of them (or, where none has
-- and that is asked for, with the most of them), and the products that it names: by code, by barcode or PLU in any spelling,
-- or by the whole name.
CREATE OR REPLACE FUNCTION sought_products(typed text, in_part boolean, offered boolean)
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
            SELECT b.product_id FROM barcode b WHERE digits ~ '^([0-9]{8}|[0-9]{12,14})$' AND b.gtin14 = lpad(digits, 14, '0')
            UNION
            SELECT p.id FROM product p WHERE digits ~ '^[0-9]{4,5}$' AND lpad(p.plu, 5, '0') = lpad(digits, 5, '0')
            UNION
            (SELECT p.id FROM product p WHERE p.active = offered AND plain_text(p.name) = plain_text(line) LIMIT 100));
        RETURN NEXT;
    END
    $$;
