-- edition 1
-- A row's version is what its ETag is made of.
CREATE OR REPLACE FUNCTION stamp_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
        RETURN NEW;
    END
    $$;
