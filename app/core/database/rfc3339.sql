-- edition 1
-- RFC 3339 in UTC, whatever the session's time zone (which is the shop's).
CREATE OR REPLACE FUNCTION rfc3339(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
