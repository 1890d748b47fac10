#!/bin/sh
# Makes the shop's two roles and its database when PostgreSQL starts for the first time: the owner migrates, the
# application owns nothing. May run again. The passwords are psql's variables, so that no command line shows them.
# The variables of the environment would not do: the image reads and unsets what it knows.
PGPASSWORD=$(cat /run/secrets/db/POSTGRESQL_PASSWORD) psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
  --username=postgres --dbname=postgres <<'SQL'
\set owner_password `cat /run/secrets/db/OWNER_PASSWORD`
\set app_password `cat /run/secrets/db/APP_PASSWORD`
SELECT 'CREATE ROLE ogs_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ogs_owner') \gexec
SELECT 'CREATE ROLE ogs_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ogs_app') \gexec
ALTER ROLE ogs_owner PASSWORD :'owner_password';
ALTER ROLE ogs_app PASSWORD :'app_password';
-- Sorting by PostgreSQL's own rules: those of the system's library change with the image, and indexes break.
SELECT $$CREATE DATABASE grocery OWNER ogs_owner TEMPLATE template0 ENCODING 'UTF8'
         LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'$$
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'grocery') \gexec
SQL
