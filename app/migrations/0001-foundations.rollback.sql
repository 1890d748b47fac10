DROP FUNCTION stamp_update();
DROP FUNCTION refuse_change();
DROP FUNCTION is_gtin(text);
DROP FUNCTION rfc3339(timestamptz);
DROP FUNCTION grocery_tsvector(text);
DROP FUNCTION plain_text(text);
DROP TEXT SEARCH CONFIGURATION grocery;
DROP EXTENSION IF EXISTS unaccent;
DROP EXTENSION IF EXISTS pg_trgm;
