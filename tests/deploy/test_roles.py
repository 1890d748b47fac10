"""deploy/postgresql/roles.sql, as the first start of the database's image runs it."""

import subprocess
import uuid
from contextlib import closing, suppress

import psycopg2
import pytest
from psycopg2 import sql

from local.environments import ROOT
from local.postgres import PROGRAMS


@pytest.fixture
def made(cluster):
    name = f"roles_{uuid.uuid4().hex[:12]}"
    database, owner, app = name, f"{name}_owner", f"{name}_app"
    admin = cluster.server.url("postgres", "postgres")
    with closing(psycopg2.connect(admin)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        yield cluster.server.url("postgres", database), database, owner, app
        cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(database)))
        for role in (owner, app):
            with suppress(psycopg2.errors.UndefinedObject):
                cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def run(made):
    url, database, owner, app = made
    roles = {"OGS_DATABASE__OWNER_URL": (owner, "It's"), "OGS_DATABASE__URL": (app, "b$c")}
    env = {
        name: f"postgresql://{role}:{password}@db:5432/{database}?sslmode=disable"
        for name, (role, password) in roles.items()
    }
    script = ROOT / "deploy" / "postgresql" / "roles.sql"
    with script.open(encoding="utf-8") as given:
        return subprocess.run(
            [PROGRAMS / "psql", "-q", url],
            stdin=given,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )


def test_makes_both_with_their_passwords_and_gives_the_owner_the_database(made):
    url, database, owner, app = made
    done = run(made)
    assert (done.returncode, done.stderr) == (0, "")
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolpassword LIKE 'SCRAM%%'"
            " FROM pg_authid WHERE rolname IN (%s, %s) ORDER BY 1",
            (app, owner),
        )
        assert cursor.fetchall() == [
            (app, True, False, False, True),
            (owner, True, False, False, True),
        ]
        cursor.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", (database,)
        )
        assert cursor.fetchone() == (owner,)


def test_can_be_run_again(made):
    assert run(made).returncode == 0
    again = run(made)
    assert (again.returncode, again.stderr) == (0, "")


def test_the_owner_can_migrate_and_the_app_can_sell(made, cluster):
    from app.core.database.migrations import migrate

    _, database, owner, app = made
    run(made)
    migrate(cluster.server.url(owner, database), cluster.server.url(app, database))
    with (
        closing(psycopg2.connect(cluster.server.url(app, database))) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM product")
        assert cursor.fetchone() == (0,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE mine ()")
