-- edition 1
-- What finds the products that have the most of these terms; nothing if some have all of them, or none has any. `offered`
-- says which products count. Of a term that very many have, some hundreds are looked at; of a single letter or figure none
-- are, as nearly all have a word that begins with it.
CREATE OR REPLACE FUNCTION best_part(terms tsquery[], offered boolean) RETURNS tsquery
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
