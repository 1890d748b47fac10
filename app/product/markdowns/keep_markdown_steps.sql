-- edition 1
-- Keeps what the rules come to for each category: its own, and those of the ones above it for lots with more days left than
-- its own reach. Rules and categories are few, so all of it is worked out anew. The lock makes two changes wait for each
-- other, so that the later one sees the rules of both.
CREATE OR REPLACE FUNCTION keep_markdown_steps() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        -- Categories come and go without rules at no cost.
        IF TG_TABLE_NAME = 'category' AND NOT EXISTS (SELECT FROM markdown) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('markdown steps'));
        DELETE FROM markdown_step;
        INSERT INTO markdown_step (category_id, days_left, rate)
            SELECT category_id, days_left, rate FROM markdown_of_category;
        RETURN NULL;
    END
    $$;

CREATE OR REPLACE TRIGGER markdown_steps AFTER INSERT OR UPDATE OR DELETE ON markdown
    FOR EACH STATEMENT EXECUTE FUNCTION keep_markdown_steps();
CREATE OR REPLACE TRIGGER category_markdown_steps AFTER INSERT OR UPDATE OF parent_id ON category
    FOR EACH STATEMENT EXECUTE FUNCTION keep_markdown_steps();
