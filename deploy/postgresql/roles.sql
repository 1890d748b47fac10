-- The shop's two roles, made once: when a PostgreSQL that has no data yet starts for the first time, its image runs this file
-- as the superuser in the shop's database. Which roles, and with which passwords, is said by the URLs that the shop itself
-- uses, so that both stand in one place. (A password in them is taken as it is written: choose one without % : / @.)
\set ON_ERROR_STOP on
\getenv owner_url OGS_DATABASE__OWNER_URL
\getenv app_url OGS_DATABASE__URL

SELECT owner[1] AS owner, owner[2] AS owner_password, app[1] AS app, app[2] AS app_password
FROM regexp_match(:'owner_url', '//([^:@/]+):([^:@/]+)@') AS owner,
     regexp_match(:'app_url', '//([^:@/]+):([^:@/]+)@') AS app \gset

-- A first start that was cut short runs this again.
SELECT format('CREATE ROLE %I', missing)
FROM unnest(ARRAY[:'owner', :'app']) AS missing
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = missing) \gexec

ALTER ROLE :"owner" LOGIN PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN PASSWORD :'app_password';

-- The owner migrates: it may make tables, and the extensions that PostgreSQL calls trusted. What the app's role may do, `migrate` says.
ALTER DATABASE :"DBNAME" OWNER TO :"owner";
