-- What the tables of later migrations stand on: extensions, text search, and small functions.
-- PostgreSQL 15 or newer. pg_trgm and unaccent are trusted extensions: the database's owner may create them.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- No stemming: the shop's words may be in any language, and PostgreSQL has no configuration for many of them.
CREATE TEXT SEARCH CONFIGURATION grocery (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION grocery
    ALTER MAPPING FOR asciiword, word, hword, hword_part, hword_asciipart, asciihword
    WITH unaccent, simple;

-- unaccent() is only STABLE, because its dictionary could be changed; naming the dictionary makes it safe to promise more.
CREATE FUNCTION plain_text(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, value)) $$;

CREATE FUNCTION grocery_tsvector(value text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_tsvector('public.grocery'::regconfig, value) $$;

-- RFC 3339 in UTC, whatever the session's time zone (which is the shop's).
CREATE FUNCTION rfc3339(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- GS1 General Specifications, 7.9: weights 3 and 1 from the right, the check digit completes the sum to a multiple of ten.
CREATE FUNCTION is_gtin(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT value ~ '^([0-9]{8}|[0-9]{12,14})$' AND (
            SELECT sum(substr(reverse(value), place, 1)::int * CASE WHEN place % 2 = 0 THEN 3 ELSE 1 END) % 10 = 0
            FROM generate_series(1, length(value)) AS place
        )
    $$;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $$;

CREATE FUNCTION stamp_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
        RETURN NEW;
    END
    $$;
