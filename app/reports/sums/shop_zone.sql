-- edition 2
-- The time zone in which the shop's days begin, whatever the session's is.
CREATE OR REPLACE FUNCTION shop_zone() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce((SELECT s.time_zone FROM shop s), current_setting('TimeZone')) $$;
