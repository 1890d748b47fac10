-- edition 1
-- Where the shop's days begin at another midnight, no sum of days is that of what happened on them any more.
CREATE OR REPLACE FUNCTION follow_zone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM drop_sums(NULL);
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER shop_zone_moved AFTER UPDATE OF time_zone ON shop FOR EACH ROW
    WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION follow_zone();
