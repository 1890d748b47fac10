-- edition 1
-- A tree, at most eight levels deep. The lock makes two moves that would close a ring together wait for each other.
CREATE OR REPLACE FUNCTION check_category_tree() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ancestor bigint := NEW.parent_id;
        levels integer;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('category tree'));
        WITH RECURSIVE below AS (
            SELECT NEW.id AS id, 1 AS level
            UNION ALL
            SELECT c.id, b.level + 1 FROM category c JOIN below b ON c.parent_id = b.id WHERE b.level < 9
        )
        SELECT max(level) INTO levels FROM below;
        WHILE ancestor IS NOT NULL LOOP
            levels := levels + 1;
            IF ancestor = NEW.id OR levels > 8 THEN
                RAISE EXCEPTION 'a category cannot lie below itself, nor more than eight levels deep'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'category_tree', TABLE = 'category';
            END IF;
            SELECT parent_id INTO ancestor FROM category WHERE id = ancestor;
        END LOOP;
        RETURN NEW;
    END
    $$;
